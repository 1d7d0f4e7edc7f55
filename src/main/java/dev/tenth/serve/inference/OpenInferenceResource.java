package dev.tenth.serve.inference;

import dev.tenth.recipe.Ability;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.inference.InferMessage.Png;
import dev.tenth.serve.inference.InferMessage.Tensors;
import dev.tenth.serve.inference.Pictures.Use;
import dev.tenth.torch.HostTensor;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Request;
import jakarta.ws.rs.core.Response;
import jakarta.ws.rs.core.Variant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/**
 * The Open Inference Protocol, version 2, over HTTP with the binary tensor extension: what Triton, KServe and their clients
 * speak. A model is a run, a version one of its checkpoints; without a version it is the newest, also while the run trains.
 *
 * <p>A picture may be sent and asked for as {@code image/png} instead of as a tensor.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
@Path("/v2")
@NonBlocking
public class OpenInferenceResource {
    private static final String MODEL = "/models/{model}";
    private static final String VERSION = "/models/{model}/versions/{version}";
    private static final List<String> EXTENSIONS = List.of("binary_tensor_data", "generate", "image_png");
    private static final List<Variant> ANSWERS = Variant.mediaTypes(
                    MediaType.APPLICATION_JSON_TYPE, MediaType.APPLICATION_OCTET_STREAM_TYPE, Pictures.PNG_TYPE)
            .build();
    /** Bodies up to here are read and written on the event loop, which has others to serve. */
    private static final int SMALL = 1 << 16;

    private final Engine engine;
    private final Pictures pictures;
    private final ServerMetadata server;

    OpenInferenceResource(Engine engine, @ConfigProperty(name = "quarkus.application.version") String version) {
        this.engine = engine;
        this.pictures = new Pictures(engine);
        this.server = new ServerMetadata("tenth", version, EXTENSIONS);
    }

    record ServerMetadata(String name, String version, List<String> extensions) {}

    record Live(boolean live) {}

    record Ready(boolean ready) {}

    record ModelReady(String name, boolean ready) {}

    @GET
    @Produces(MediaType.APPLICATION_JSON)
    public ServerMetadata server() {
        return server;
    }

    @GET
    @Path("/health/live")
    @Produces(MediaType.APPLICATION_JSON)
    public Live live() {
        return new Live(true);
    }

    @GET
    @Path("/health/ready")
    @Produces(MediaType.APPLICATION_JSON)
    public Ready ready() {
        return new Ready(true);
    }

    @GET
    @Path(MODEL)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ModelMetadata> model(@PathParam("model") String model, @QueryParam("ability") String ability) {
        return model(model, Models.LATEST, ability);
    }

    @GET
    @Path(VERSION)
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ModelMetadata> model(
            @PathParam("model") String model,
            @PathParam("version") String version,
            @QueryParam("ability") String ability) {
        return told(() -> engine.models().lookup(model, version).chain(found -> signature(
                        found, Optional.ofNullable(ability))
                .chain(signature ->
                        elsewhere(() -> ModelMetadata.of(found, engine.models().versions(model), signature)))));
    }

    @GET
    @Path(MODEL + "/ready")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ModelReady> ready(@PathParam("model") String model) {
        return ready(model, Models.LATEST);
    }

    @GET
    @Path(VERSION + "/ready")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ModelReady> ready(@PathParam("model") String model, @PathParam("version") String version) {
        return told(() -> engine.models()
                .lookup(model, version)
                .map(found -> new ModelReady(found.run().id(), true)));
    }

    @POST
    @Path(MODEL + "/infer")
    @Consumes(MediaType.WILDCARD)
    @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM, Pictures.PNG})
    public Uni<Response> infer(
            @PathParam("model") String model,
            @QueryParam("ability") String ability,
            @HeaderParam(HttpHeaders.ACCEPT) String accept,
            @Context Request request,
            InferMessage message) {
        return infer(model, Models.LATEST, ability, accept, request, message);
    }

    @POST
    @Path(VERSION + "/infer")
    @Consumes(MediaType.WILDCARD)
    @Produces({MediaType.APPLICATION_JSON, MediaType.APPLICATION_OCTET_STREAM, Pictures.PNG})
    public Uni<Response> infer(
            @PathParam("model") String model,
            @PathParam("version") String version,
            @QueryParam("ability") String ability,
            @HeaderParam(HttpHeaders.ACCEPT) String accept,
            @Context Request request,
            InferMessage message) {
        boolean png = accept != null
                && Pictures.PNG_TYPE.equals(request.selectVariant(ANSWERS).getMediaType());
        Optional<String> named = Optional.ofNullable(ability);
        return told(() -> switch (message) {
                    case Tensors tensors -> infer(model, version, named, tensors, png);
                    case Png picture -> infer(model, version, named, picture, png);
                })
                .map(answer -> Response.ok(answer, answer.mediaType()).build());
    }

    private Uni<InferResponse> infer(
            String model, String version, Optional<String> ability, Tensors tensors, boolean png) {
        return near(tensors.body().bytes(), tensors::parse)
                .chain(request -> engine.models().lookup(model, version).chain(found -> {
                    Optional<String> named = request.ability().or(() -> ability);
                    return png
                            ? pictures.use(found, named, false, true).chain(use -> picture(request, found, use))
                            : infer(request, found, found.infer(named));
                }));
    }

    private Uni<InferResponse> infer(String model, String version, Optional<String> ability, Png picture, boolean png) {
        return engine.models().lookup(model, version).chain(found -> pictures.use(found, ability, true, png)
                .chain(use -> pictures.read(
                                picture.file().content(), use.input().orElseThrow())
                        .map(InferRequest::of)
                        .chain(request -> png ? picture(request, found, use) : infer(request, found, use.ability()))));
    }

    private Uni<InferResponse> picture(InferRequest request, Version found, Use use) {
        return compute(request, found, use.ability())
                .chain(outputs -> pictures.write(outputs, use.output().orElseThrow()))
                .map(InferResponse::png);
    }

    private Uni<InferResponse> infer(InferRequest request, Version found, Ability.Infer<?> ability) {
        return compute(request, found, ability).chain(outputs -> {
            long bytes = outputs.values().stream()
                    .mapToLong(value -> value.bytes().remaining())
                    .sum();
            return near(bytes, () -> InferResponse.of(request, found, outputs));
        });
    }

    private Uni<Map<String, HostTensor>> compute(InferRequest request, Version found, Ability.Infer<?> ability) {
        long since = System.nanoTime();
        return Uni.createFrom()
                .completionStage(() -> engine.infer(found, ability, request.inputs()))
                .invoke(() -> engine.meters().answered(found.recipe().id(), ability.name(), System.nanoTime() - since));
    }

    /** What the model's first ability takes and gives; empty where that is not tensors. */
    private Uni<Optional<Signature>> signature(Version found, Optional<String> ability) {
        boolean texts = found.recipe().abilities().stream().anyMatch(Ability.GenerateText.class::isInstance);
        return ability.isEmpty() && texts
                ? Uni.createFrom().item(Optional.empty())
                : Uni.createFrom()
                        .completionStage(() -> engine.signature(found, found.infer(ability)))
                        .map(Optional::of);
    }

    private <T> Uni<T> told(Supplier<Uni<? extends T>> work) {
        return Uni.createFrom().<T>deferred(work).onFailure().transform(engine::refused);
    }

    /** Here if it is little work, else elsewhere. */
    private static <T> Uni<T> near(long bytes, Supplier<T> work) {
        return bytes > SMALL ? elsewhere(work) : Uni.createFrom().item(work);
    }

    private static <T> Uni<T> elsewhere(Supplier<T> work) {
        return Uni.createFrom().item(work).runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }
}
