package dev.tenth.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.TensorModel.Port;
import dev.tenth.recipe.TensorModel.Signature;
import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import dev.tenth.serve.Pictures.Use;
import dev.tenth.torch.HostTensor;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The Open Inference Protocol, version 2, over HTTP with the binary tensor extension: what Triton, KServe and their clients
 * speak. A model is a run, a version one of its checkpoints; without a version it is the newest, also while the run trains.
 *
 * <p>A picture may be sent and asked for as {@code image/png} instead of as a tensor.
 *
 * @see <a href="https://github.com/kserve/open-inference-protocol">the protocol</a>
 */
public final class OpenInferenceDoor {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> MODEL = List.of("/v2/models/:model", "/v2/models/:model/versions/:version");
    private static final String HEADER_LENGTH = "Inference-Header-Content-Length";
    /** Bodies up to here are read and written on the event loop. */
    private static final int SMALL = 1 << 16;

    private static final String PLATFORM = "pytorch_torchscript";
    private static final List<String> EXTENSIONS = List.of("binary_tensor_data", "generate", "image_png");

    private final Engine engine;
    private final Models models;
    private final Pictures pictures;
    private final String version;

    /**
     * @param version of the service
     */
    public OpenInferenceDoor(Engine engine, String version) {
        this.engine = engine;
        this.models = engine.models();
        this.pictures = new Pictures(engine);
        this.version = version;
    }

    /** Opens the door. */
    public void register(Router router) {
        router.get("/v2").handler(context -> server(exchange(context)));
        router.get("/v2/health/live").handler(context -> exchange(context).json(200, truth("live", true)));
        router.get("/v2/health/ready").handler(context -> exchange(context).json(200, truth("ready", true)));
        for (String model : MODEL) {
            router.get(model).handler(context -> metadata(exchange(context)));
            router.get(model + "/ready").handler(context -> ready(exchange(context)));
            router.post(model + "/infer").handler(context -> infer(exchange(context)));
        }
    }

    private Exchange exchange(RoutingContext context) {
        return new Exchange(context, OpenInferenceDoor::error, engine);
    }

    /** The protocol's {@code error}, and beside it the fields of a problem as the rest of the API has them. */
    static ObjectNode error(Reason reason, String detail) {
        return JSON.createObjectNode()
                .put("error", detail)
                .put("type", "about:blank")
                .put("title", reason.title())
                .put("status", reason.status())
                .put("detail", detail);
    }

    private static ObjectNode truth(String name, boolean value) {
        return JSON.createObjectNode().put(name, value);
    }

    // ---- what there is

    private void server(Exchange exchange) {
        ObjectNode server = JSON.createObjectNode().put("name", "tenth").put("version", version);
        ArrayNode extensions = server.putArray("extensions");
        EXTENSIONS.forEach(extensions::add);
        exchange.json(200, server);
    }

    private void ready(Exchange exchange) {
        exchange.version(models)
                .onFailure(exchange::fail)
                .onSuccess(found -> exchange.json(
                        200, truth("ready", true).put("name", found.run().id())));
    }

    private void metadata(Exchange exchange) {
        exchange.version(models)
                .compose(found -> signature(exchange, found)
                        .compose(signature -> exchange.blocking(() ->
                                describe(found, models.versions(found.run().id()), signature))))
                .onFailure(exchange::fail)
                .onSuccess(model -> exchange.json(200, model));
    }

    /** What the model's first ability takes and gives; empty where that is not tensors. */
    private Future<Optional<Signature>> signature(Exchange exchange, Version found) {
        Optional<String> ability = ability(exchange);
        boolean texts = found.recipe().abilities().stream().anyMatch(Ability.GenerateText.class::isInstance);
        if (ability.isEmpty() && texts) {
            return Future.succeededFuture(Optional.empty());
        }
        return exchange.back(engine.signature(found, found.infer(ability)).thenApply(Optional::of));
    }

    private static ObjectNode describe(Version found, List<String> versions, Optional<Signature> signature) {
        ObjectNode model = JSON.createObjectNode().put("name", found.run().id());
        ArrayNode names = model.putArray("versions");
        versions.forEach(names::add);
        model.put("platform", PLATFORM);
        ArrayNode inputs = model.putArray("inputs");
        ArrayNode outputs = model.putArray("outputs");
        if (signature.isPresent()) {
            signature.get().inputs().forEach(port -> inputs.add(tensor(port)));
            signature.get().outputs().forEach(port -> outputs.add(tensor(port)));
        } else {
            inputs.addObject()
                    .put("name", "text_input")
                    .put("datatype", "BYTES")
                    .putArray("shape")
                    .add(1);
            outputs.addObject()
                    .put("name", "text_output")
                    .put("datatype", "BYTES")
                    .putArray("shape")
                    .add(1);
        }
        ObjectNode properties = model.putObject("properties")
                .put("recipe", found.run().recipe())
                .put("abilities", String.join(",", Models.abilities(found.recipe())));
        signature
                .filter(its -> !its.classes().isEmpty())
                .ifPresent(its -> properties.put("classes", String.join(",", its.classes())));
        signature.ifPresent(its -> its.inputs().forEach(port -> port.prior()
                .ifPresent(prior -> properties.put("prior." + port.name(), prior.wire()))));
        return model;
    }

    private static ObjectNode tensor(Port port) {
        ObjectNode tensor =
                JSON.createObjectNode().put("name", port.name()).put("datatype", TensorJson.name(port.type()));
        ArrayNode shape = tensor.putArray("shape");
        Arrays.stream(port.shape(-1)).forEach(shape::add);
        return tensor;
    }

    // ---- inference

    private void infer(Exchange exchange) {
        String type = exchange.mediaType();
        boolean sent = type.equals(Pictures.PNG);
        if (type.startsWith("image/") && !sent) {
            exchange.fail(new ModelException(
                    Reason.UNSUPPORTED, "Content-Type: \"" + type + "\" is not " + Pictures.PNG + " or JSON"));
            return;
        }
        (sent ? picture(exchange) : tensors(exchange)).onFailure(exchange::fail);
    }

    /** The ability that the query names, where the body does not. */
    private static Optional<String> ability(Exchange exchange) {
        return Optional.ofNullable(exchange.request().getParam("ability"));
    }

    private Future<Void> picture(Exchange exchange) {
        boolean wanted = exchange.wantsPng();
        return exchange.body(Pictures.LARGEST_FILE).compose(body -> exchange.version(models)
                .compose(found -> pictures.use(exchange, found, ability(exchange), true, wanted)
                        .compose(use -> exchange.blocking(() -> InferRequest.of(Pictures.read(
                                        body.getBytes(), use.input().orElseThrow())))
                                .compose(request -> infer(exchange, request, found, use, wanted)))));
    }

    private Future<Void> tensors(Exchange exchange) {
        Optional<String> headerLength = Optional.ofNullable(exchange.request().getHeader(HEADER_LENGTH));
        return exchange.body(Exchange.LARGEST_BODY)
                .compose(body -> near(exchange, body.length(), () -> InferRequest.read(body.getBytes(), headerLength)))
                .compose(request -> exchange.version(models).compose(found -> {
                    Optional<String> named = request.ability().or(() -> ability(exchange));
                    return exchange.wantsPng()
                            ? pictures.use(exchange, found, named, false, true)
                                    .compose(use -> infer(exchange, request, found, use, true))
                            : infer(exchange, request, found, found.infer(named));
                }));
    }

    private Future<Void> infer(Exchange exchange, InferRequest request, Version found, Use use, boolean wanted) {
        if (!wanted) {
            return infer(exchange, request, found, use.ability());
        }
        return compute(exchange, request, found, use.ability())
                .compose(values -> exchange.blocking(
                        () -> Pictures.write(values, use.output().orElseThrow())))
                .map(file -> {
                    if (!exchange.isOver()) {
                        exchange.response()
                                .putHeader("Content-Type", Pictures.PNG)
                                .end(Buffer.buffer(file));
                    }
                    return answered(exchange, found, use.ability());
                });
    }

    private Future<Void> infer(Exchange exchange, InferRequest request, Version found, Ability.Infer<?> ability) {
        return compute(exchange, request, found, ability)
                .compose(values -> {
                    long bytes = values.values().stream()
                            .mapToLong(value -> value.bytes().remaining())
                            .sum();
                    return near(exchange, bytes, () -> InferResponse.write(request, found, values));
                })
                .map(response -> {
                    answer(exchange, response);
                    return answered(exchange, found, ability);
                });
    }

    private Future<Map<String, HostTensor>> compute(
            Exchange exchange, InferRequest request, Version found, Ability.Infer<?> ability) {
        var outputs = engine.infer(found, ability, request.inputs());
        exchange.onLeave(() -> outputs.cancel(false));
        return exchange.back(outputs);
    }

    private Void answered(Exchange exchange, Version found, Ability.Infer<?> ability) {
        engine.meters().answered(found.recipe().id(), ability.name(), System.nanoTime() - exchange.since());
        return null;
    }

    /** Here if it is little work, else elsewhere: the event loop has others to serve. */
    private static <T> Future<T> near(Exchange exchange, long bytes, java.util.concurrent.Callable<T> work) {
        if (bytes > SMALL) {
            return exchange.blocking(work);
        }
        try {
            return Future.succeededFuture(work.call());
        } catch (Exception e) {
            return Future.failedFuture(e);
        }
    }

    private static void answer(Exchange exchange, InferResponse response) {
        if (exchange.isOver()) {
            return;
        }
        Buffer body = response.body();
        if (!exchange.hold(body.length())) {
            throw new ModelException(Reason.NO_ROOM, "outputs: there is no room for them now; try again later");
        }
        exchange.response()
                .putHeader(
                        "Content-Type",
                        response.headerLength().isPresent() ? "application/octet-stream" : "application/json");
        response.headerLength()
                .ifPresent(length -> exchange.response().putHeader(HEADER_LENGTH, Integer.toString(length)));
        exchange.response().end(body);
    }
}
