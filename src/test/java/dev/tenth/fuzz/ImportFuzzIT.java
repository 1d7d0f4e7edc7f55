package dev.tenth.fuzz;

import dev.tenth.fuzz.Exchange.Answer;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** States from elsewhere: files that may say anything of themselves. */
@AddLifecycleHook(FuzzHook.class)
class ImportFuzzIT {
    private final FuzzedService service = FuzzedService.get();

    @Property(tries = 150)
    void everyFileIsTakenOrRefused(@ForAll("queries") String query, @ForAll("files") byte[] file) {
        Answer answer =
                service.ask(RawRequest.of("POST", "/api/v1/runs/import" + query, "application/octet-stream", file));
        if (answer.status() == 201) {
            String run = FuzzedService.json(answer).path("id").asText();
            service.ask(RawRequest.get("/api/v1/runs/" + run + "/checkpoints/latest.safetensors"));
            service.ask(RawRequest.get("/v2/models/" + run));
            service.remove(run);
        }
    }

    @Provide
    Arbitrary<byte[]> files() {
        return StateFiles.of(checkpoint("gan-1d"), checkpoint("heart"), checkpoint("char-rnn"));
    }

    private byte[] checkpoint(String recipe) {
        return service.ask(RawRequest.get("/api/v1/runs/" + service.run(recipe) + "/checkpoints/latest.safetensors"))
                .body();
    }

    @Provide
    Arbitrary<String> queries() {
        Arbitrary<String> pair = Combinators.combine(
                        Arbitraries.of("recipe", "preset", "name"),
                        Texts.mostly("gan-1d", "heart", "lenet", "quick", "author"))
                .as((name, value) -> name + "=" + Texts.encoded(value));
        return pair.list().ofMaxSize(2).map(pairs -> pairs.isEmpty() ? "" : "?" + String.join("&", pairs));
    }
}
