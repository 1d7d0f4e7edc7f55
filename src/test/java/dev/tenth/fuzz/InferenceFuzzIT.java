package dev.tenth.fuzz;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AddLifecycleHook;

/** Models in use: Open Inference Protocol, completions, generate. */
@AddLifecycleHook(FuzzHook.class)
class InferenceFuzzIT {
    private static final String PNG = "image/png";

    private final FuzzedService service = FuzzedService.get();

    private Arbitrary<String> models() {
        return Arbitraries.frequencyOf(Tuple.of(6, Arbitraries.of(service.someRuns())), Tuple.of(1, Texts.any()));
    }

    private Arbitrary<String> paths(String... ends) {
        Arbitrary<String> version = Arbitraries.oneOf(
                Arbitraries.just(""),
                Texts.mostly("0", "20", "40", "latest").map(step -> "/versions/" + Texts.encoded(step)));
        Arbitrary<String> query = Arbitraries.oneOf(
                Arbitraries.just(""),
                Texts.mostly("sample", "predict", "classify").map(name -> "?ability=" + Texts.encoded(name)));
        return Combinators.combine(models().map(Texts::encoded), version, Arbitraries.of(ends), query)
                .as((model, step, end, ability) -> "/v2/models/" + model + step + end + ability);
    }

    @Property(tries = 300)
    void everyInferenceIsAnswered(@ForAll("inferences") RawRequest request) {
        service.ask(request);
    }

    @Provide
    Arbitrary<RawRequest> inferences() {
        Arbitrary<RawRequest> json = Combinators.combine(
                        paths("/infer"), Inferences.infer(), Arbitraries.of("application/json", PNG, "*/*"))
                .as((path, body, accept) -> RawRequest.json("POST", path, body).with("Accept: " + accept));
        return Arbitraries.oneOf(json, Inferences.binary(paths("/infer")), pictures());
    }

    private Arbitrary<RawRequest> pictures() {
        return Combinators.combine(
                        paths("/infer"),
                        Mutations.of(Uploads.pictures()),
                        Texts.mostly(PNG, "image/jpeg"),
                        Texts.mostly(PNG, "application/json"))
                .as((path, file, type, accept) ->
                        RawRequest.of("POST", path, Texts.header(type), file).with("Accept: " + Texts.header(accept)));
    }

    @Property(tries = 200)
    void everyTextIsWrittenOrRefused(@ForAll("texts") RawRequest request) {
        service.ask(request);
    }

    @Provide
    Arbitrary<RawRequest> texts() {
        Arbitrary<RawRequest> completions =
                Inferences.completion(models()).map(body -> RawRequest.json("POST", "/v1/completions", body));
        Arbitrary<RawRequest> generate = Combinators.combine(
                        paths("/generate", "/generate_stream"), Inferences.generate())
                .as((path, body) -> RawRequest.json("POST", path, body));
        return Arbitraries.oneOf(completions, generate);
    }

    @Property(tries = 100)
    void everyModelIsDescribedOrMissing(@ForAll("questions") String path) {
        service.ask(RawRequest.get(path));
    }

    @Provide
    Arbitrary<String> questions() {
        return Arbitraries.oneOf(
                paths("", "/ready", "/stats", "/generate"),
                models().map(model -> "/v1/models/" + Texts.encoded(model)),
                Arbitraries.of(
                        "/v2", "/v2/", "/v2/models", "/v2/health/live", "/v2/health/ready", "/v1/models", "/v1"));
    }
}
