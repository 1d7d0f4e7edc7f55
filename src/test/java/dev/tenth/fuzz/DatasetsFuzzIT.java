package dev.tenth.fuzz;

import dev.tenth.fuzz.Exchange.Answer;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Data sets: whatever people upload, under whatever name and type. */
@AddLifecycleHook(FuzzHook.class)
class DatasetsFuzzIT {
    private final FuzzedService service = FuzzedService.get();

    @Property(tries = 250)
    void everyFileIsTakenOrRefused(@ForAll("uploads") RawRequest upload) {
        Answer answer = service.ask(upload);
        if (answer.status() == 201) {
            String path = "/api/v1/datasets/"
                    + Texts.encoded(FuzzedService.json(answer).path("id").asText());
            service.ask(RawRequest.get(path));
            service.ask(new RawRequest("DELETE", path, List.of(), new byte[0]));
        }
    }

    @Provide
    Arbitrary<RawRequest> uploads() {
        return Uploads.any();
    }

    @Property(tries = 60)
    void everyIdIsAnswered(@ForAll("ids") String id, @ForAll("methods") String method) {
        service.ask(new RawRequest(method, "/api/v1/datasets/" + Texts.encoded(id), List.of(), new byte[0]));
    }

    @Provide
    Arbitrary<String> ids() {
        return Texts.mostly("mnist", "heart", "tiny-shakespeare");
    }

    @Provide
    Arbitrary<String> methods() {
        return Arbitraries.of("GET", "DELETE", "HEAD", "POST", "PUT");
    }
}
