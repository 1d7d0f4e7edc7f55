package dev.tenth.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.recipe.TextModel.Choice;
import dev.tenth.recipe.TextModel.Token;
import dev.tenth.serve.Models.Version;
import dev.tenth.serve.Narration.End;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * Text beside the Open Inference Protocol: {@code generate} answers with the whole of it, {@code generate_stream} with
 * server-sent events as it is written. A character is a token.
 */
public final class GenerateDoor {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final List<String> MODEL = List.of("/v2/models/:model", "/v2/models/:model/versions/:version");
    private static final int DEFAULT_TOKENS = 20;
    /** Clients send it, and the path says it already. */
    private static final String STREAM = "stream";

    private static final Set<String> PARAMETERS =
            Set.of("max_tokens", "temperature", "top_p", "top_k", "stop", "seed", "details", STREAM);

    private final Engine engine;

    public GenerateDoor(Engine engine) {
        this.engine = engine;
    }

    /** Opens the door. */
    public void register(Router router) {
        for (String model : MODEL) {
            router.post(model + "/generate").handler(context -> enter(context, false));
            router.post(model + "/generate_stream").handler(context -> enter(context, true));
        }
    }

    private record Wish(TextRequest text, boolean details) {
        static Wish read(byte[] body) {
            Fields fields = Fields.of(body).only(Set.of("text_input", "parameters"));
            Fields parameters = fields.inside("parameters").only(PARAMETERS);
            return new Wish(
                    new TextRequest(
                            fields.required("text_input"),
                            (int) parameters.integer("max_tokens", DEFAULT_TOKENS, 1, TextRequest.LONGEST),
                            choice(parameters),
                            TextRequest.stops(parameters),
                            TextRequest.seed(parameters)),
                    parameters.truth("details"));
        }
    }

    /** How these protocols choose characters: a temperature of 0 takes the most probable one. */
    static Choice choice(Fields fields) {
        double temperature = fields.number("temperature", 1);
        int topK = (int) fields.integer("top_k", 0, 0, Integer.MAX_VALUE);
        return temperature == 0 ? new Choice(1, 1, 1) : new Choice(temperature, topK, fields.number("top_p", 1));
    }

    private void enter(RoutingContext context, boolean stream) {
        Exchange exchange = new Exchange(context, GenerateDoor::error, engine);
        exchange.body(Exchange.LARGEST_TEXT)
                .map(body -> Wish.read(body.getBytes()))
                .compose(wish -> exchange.version(engine.models())
                        .compose(version -> stream ? stream(exchange, wish, version) : whole(exchange, wish, version)))
                .onFailure(exchange::fail);
    }

    private static ObjectNode error(ModelException.Reason reason, String detail) {
        return OpenInferenceDoor.error(reason, named(detail).replaceFirst("^prefix:", "text_input:"));
    }

    /** The names of these protocols for fields that have others elsewhere. */
    static String named(String detail) {
        return detail.replaceFirst("^topP:", "top_p:").replaceFirst("^topK:", "top_k:");
    }

    private Future<Void> whole(Exchange exchange, Wish wish, Version version) {
        if (wish.details()) {
            TextRequest.requireFewToKeep(wish.text().length());
        }
        StringBuilder text = new StringBuilder();
        List<Token> tokens = new ArrayList<>();
        return narrate(exchange, wish, version, (piece, its) -> {
                    text.append(piece);
                    tokens.addAll(its);
                    return Future.succeededFuture();
                })
                .map(end -> {
                    ObjectNode answer = answer(version, text.toString());
                    if (wish.details()) {
                        ArrayNode list = details(answer, end).putArray("logprobs");
                        tokens.forEach(token -> list.add(token(token)));
                    }
                    exchange.json(200, answer);
                    answered(exchange, version);
                    return null;
                });
    }

    private Future<Void> stream(Exchange exchange, Wish wish, Version version) {
        EventStream events = new EventStream(exchange);
        List<Token> last = new ArrayList<>();
        return narrate(exchange, wish, version, (piece, tokens) -> {
                    last.clear();
                    last.addAll(tokens);
                    return events.send(answer(version, piece));
                })
                .compose(end -> {
                    // The schema of a piece's details demands the reason of the end: they come with the last one.
                    ObjectNode answer = answer(version, "");
                    if (wish.details() && !last.isEmpty()) {
                        details(answer, end).set("token", token(last.getLast()));
                        events.send(answer);
                    }
                    events.end();
                    answered(exchange, version);
                    return Future.<Void>succeededFuture();
                })
                .recover(failure -> {
                    if (!events.isOpen()) {
                        return Future.failedFuture(failure);
                    }
                    events.fail(failure);
                    events.end();
                    return Future.succeededFuture();
                });
    }

    private Future<End> narrate(Exchange exchange, Wish wish, Version version, Narration.Listener listener) {
        Narration narration = new Narration(
                engine,
                version,
                wish.text(),
                wish.details() ? OptionalInt.of(0) : OptionalInt.empty(),
                exchange.loop(),
                listener);
        exchange.onLeave(narration::cancel);
        return narration.tell();
    }

    private void answered(Exchange exchange, Version version) {
        engine.meters().answered(version.recipe().id(), "generate-text", System.nanoTime() - exchange.since());
    }

    private static ObjectNode answer(Version version, String text) {
        return JSON.createObjectNode()
                .put("model_name", version.run().id())
                .put("model_version", version.name())
                .put("text_output", text);
    }

    private static ObjectNode details(ObjectNode answer, End end) {
        return answer.putObject("details")
                .put("finish_reason", end.reason() == Narration.Reason.STOP ? "stop_sequence" : "length");
    }

    private static ObjectNode token(Token token) {
        return JSON.createObjectNode()
                .put("id", token.id())
                .put("text", token.text())
                .put("logprob", token.logProbability())
                .put("special", false);
    }
}
