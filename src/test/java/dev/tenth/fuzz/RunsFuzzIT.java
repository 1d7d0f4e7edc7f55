package dev.tenth.fuzz;

import dev.tenth.fuzz.Exchange.Answer;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Runs: started with any parameters, commanded, looked at and removed. */
@AddLifecycleHook(FuzzHook.class)
class RunsFuzzIT {
    private final FuzzedService service = FuzzedService.get();

    @Property(tries = 150)
    void everyStartIsTakenOrRefused(@ForAll("starts") String body) throws IOException {
        start(body);
    }

    @Provide
    Arbitrary<String> starts() {
        return Json.text(Recipes.starts());
    }

    @Property(tries = 200)
    void everyFormulaIsTakenOrRefused(@ForAll("formulas") String formula) throws IOException {
        start(Json.write(
                Map.of("recipe", "heart", "preset", "quick", "params", Map.of("formula", formula, "epochs", 1))));
    }

    @Provide
    Arbitrary<String> formulas() {
        return Formulas.any();
    }

    private void start(String body) throws IOException {
        Answer answer = service.ask(RawRequest.json("POST", "/api/v1/runs", body));
        if (answer.status() == 202) {
            service.remove(Json.MAPPER.readTree(answer.body()).path("id").asText());
        }
    }

    @Property(tries = 150)
    void everyCommandIsTakenOrRefused(@ForAll("commandedRuns") String run, @ForAll("commands") String body)
            throws IOException {
        Answer answer = service.ask(RawRequest.json("POST", "/api/v1/runs/" + run + "/commands", body));
        if (answer.status() == 202) {
            String forked = Json.MAPPER.readTree(answer.body()).path("run").asText();
            if (!forked.isEmpty()) {
                service.remove(forked);
            }
        }
    }

    @Provide
    Arbitrary<String> commandedRuns() {
        return Texts.mostly(service.someRuns()).map(Texts::encoded);
    }

    @Provide
    Arbitrary<String> commands() {
        Arbitrary<Map<String, Object>> params = Json.object(Map.of(
                "learningRate",
                Json.number(),
                "steps",
                Json.mostly(1, 40, 60),
                "batch",
                Json.number(),
                "noise",
                Json.any()));
        return Json.text(Json.object(Map.of(
                "type", Json.mostly("pause", "resume", "stop", "checkpoint", "set", "fork", "fork", "set"),
                "params", Json.mostly(params),
                "step", Json.mostly(0, 20, 40, 41),
                "name", Json.mostly(Texts.any()))));
    }

    @Property(tries = 200)
    void everyQuestionIsAnswered(@ForAll("questions") RawRequest request) {
        service.ask(request);
    }

    @Provide
    Arbitrary<RawRequest> questions() {
        Arbitrary<String> run = commandedRuns();
        Arbitrary<String> step = Texts.mostly("0", "20", "40", "latest").map(Texts::encoded);
        Arbitrary<String> path = Arbitraries.oneOf(
                Arbitraries.just("/api/v1/runs"),
                run.map(id -> "/api/v1/runs/" + id),
                run.map(id -> "/api/v1/runs/" + id + "/metrics"),
                run.map(id -> "/api/v1/runs/" + id + "/checkpoints"),
                run.map(id -> "/api/v1/runs/" + id + "/timelapse.gif"),
                run.map(id -> "/api/v1/runs/" + id + "/events"),
                Texts.any().map(id -> "/api/v1/recipes/" + Texts.encoded(id)),
                Texts.any().map(id -> "/api/v1/blobs/" + Texts.encoded(id)),
                Arbitraries.strings().withChars("0123456789abcdef").ofLength(64).map(id -> "/api/v1/blobs/" + id),
                Combinators.combine(run, step, Arbitraries.of("", ".safetensors", ".pt", "/pin"))
                        .as((id, number, what) -> "/api/v1/runs/" + id + "/checkpoints/" + number + what));
        return Combinators.combine(
                        Arbitraries.of("GET", "GET", "GET", "HEAD", "PUT"),
                        path,
                        queries(),
                        Texts.mostly(
                                "*/*",
                                "application/json",
                                "application/octet-stream",
                                "text/event-stream",
                                "application/x-ndjson"),
                        Texts.mostly("0", "5", "100000"))
                .as((method, where, query, accept, lastEvent) -> new RawRequest(
                        method,
                        where + query,
                        List.of("Accept: " + Texts.header(accept), "Last-Event-ID: " + Texts.header(lastEvent)),
                        new byte[0]));
    }

    private static Arbitrary<String> queries() {
        Arbitrary<String> name = Arbitraries.of(
                "recipe",
                "state",
                "cursor",
                "limit",
                "after",
                "follow",
                "superseded",
                "ability",
                "seed",
                "rows",
                "columns",
                "picture",
                "name");
        Arbitrary<String> value =
                Texts.mostly("0", "1", "16", "heart", "RUNNING,PAUSED", "false", "true", "x,z", "sample");
        return Combinators.combine(name, value)
                .as((key, text) -> key + "=" + Texts.encoded(text))
                .list()
                .ofMaxSize(4)
                .map(pairs -> pairs.isEmpty() ? "" : "?" + String.join("&", pairs));
    }

    @Property(tries = 30)
    void everyKeyIsTakenOrRefused(@ForAll("keys") String key) throws IOException {
        Map<String, Object> start = Map.of("recipe", "heart", "preset", "quick");
        Answer answer = service.ask(
                RawRequest.json("POST", "/api/v1/runs", Json.write(start)).with("Idempotency-Key: " + key));
        if (answer.status() == 202) {
            service.remove(Json.MAPPER.readTree(answer.body()).path("id").asText());
        }
    }

    @Provide
    Arbitrary<String> keys() {
        return Texts.any().map(Texts::header);
    }
}
