package dev.tenth.serve;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.tenth.recipe.Ability;
import dev.tenth.recipe.TextModel.Token;
import dev.tenth.serve.ModelException.Reason;
import dev.tenth.serve.Models.Version;
import dev.tenth.serve.Narration.End;
import dev.tenth.store.RunEntry;
import io.vertx.core.Future;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Completions as OpenAI's clients know them: {@code /v1/completions} and {@code /v1/models}. A model is a run, or {@code run@step};
 * a character is a token.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/completions">the API</a>
 */
public final class CompletionsDoor {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_MODELS = 1000;
    private static final String DONE = "[DONE]";
    private static final Pattern FIELD = Pattern.compile("^([a-z_]+): ");

    private final Engine engine;

    public CompletionsDoor(Engine engine) {
        this.engine = engine;
    }

    /** Opens the door. */
    public void register(Router router) {
        router.get("/v1/models").handler(context -> list(exchange(context)));
        router.get("/v1/models/:model").handler(context -> describe(exchange(context)));
        router.post("/v1/completions").handler(context -> complete(exchange(context)));
    }

    private Exchange exchange(RoutingContext context) {
        return new Exchange(context, CompletionsDoor::error, engine);
    }

    private static ObjectNode error(Reason reason, String detail) {
        String message = GenerateDoor.named(detail).replaceFirst("^prefix:", "prompt:");
        Matcher field = FIELD.matcher(message);
        String code =
                switch (reason) {
                    case NO_SUCH_MODEL, NO_SUCH_VERSION, DELETED, OTHER_ABILITY -> "model_not_found";
                    case NO_ROOM, NOT_YET, UNAVAILABLE -> "model_not_available";
                    case MALFORMED, OTHER_VERSION, NOT_ACCEPTABLE, TOO_LARGE, UNSUPPORTED, UNREADABLE -> null;
                    case BROKEN -> "internal_error";
                };
        ObjectNode answer = JSON.createObjectNode();
        answer.putObject("error")
                .put("message", message)
                .put("type", reason.status() < 500 ? "invalid_request_error" : "server_error")
                .put("param", field.find() ? field.group(1) : null)
                .put("code", code);
        return answer;
    }

    // ---- models

    private void list(Exchange exchange) {
        exchange.blocking(() -> engine.models().runs(Ability.GenerateText.class, MOST_MODELS))
                .onFailure(exchange::fail)
                .onSuccess(runs -> {
                    ObjectNode answer = JSON.createObjectNode().put("object", "list");
                    ArrayNode data = answer.putArray("data");
                    runs.forEach(run -> data.add(model(run)));
                    exchange.json(200, answer);
                });
    }

    private void describe(Exchange exchange) {
        String name = exchange.path("model");
        exchange.version(engine.models(), CompletionRequest.run(name), CompletionRequest.version(name))
                .onFailure(exchange::fail)
                .onSuccess(version -> exchange.json(200, model(version.run()).put("id", name)));
    }

    private static ObjectNode model(RunEntry run) {
        return JSON.createObjectNode()
                .put("id", run.id())
                .put("object", "model")
                .put("created", run.createdAt().getEpochSecond())
                .put("owned_by", "tenth");
    }

    // ---- completions

    private void complete(Exchange exchange) {
        exchange.body(Exchange.LARGEST_TEXT)
                .map(body -> CompletionRequest.read(body.getBytes()))
                .compose(request -> exchange.version(
                                engine.models(),
                                CompletionRequest.run(request.model()),
                                CompletionRequest.version(request.model()))
                        .compose(version -> new Answer(exchange, request, version).give()))
                .onFailure(exchange::fail);
    }

    /** One answer with all its choices, which are written at the same time, by turns. */
    private final class Answer {
        private final Exchange exchange;
        private final CompletionRequest request;
        private final Version version;
        private final EventStream events;
        private final List<Choice> choices = new ArrayList<>();
        private final String id = "cmpl-" + UUID.randomUUID();
        private final long created = System.currentTimeMillis() / 1000;

        Answer(Exchange exchange, CompletionRequest request, Version version) {
            this.exchange = exchange;
            this.request = request;
            this.version = version;
            this.events = new EventStream(exchange);
        }

        Future<Void> give() {
            for (int i = 0; i < request.texts().size(); i++) {
                choices.add(new Choice(i, request.texts().get(i)));
            }
            exchange.onLeave(() -> choices.forEach(Choice::cancel));
            List<Future<Void>> told = new ArrayList<>();
            try {
                choices.forEach(choice -> told.add(choice.tell()));
            } catch (ModelException e) {
                told.add(Future.failedFuture(e)); // no room for all of them
            }
            return Future.all(told)
                    .onFailure(_ -> choices.forEach(Choice::cancel))
                    .transform(all -> {
                        if (all.succeeded()) {
                            end();
                        } else if (!events.isOpen()) {
                            return Future.failedFuture(all.cause());
                        } else {
                            events.fail(all.cause());
                            events.end(DONE);
                        }
                        return Future.succeededFuture();
                    });
        }

        private void end() {
            if (request.stream()) {
                if (request.usage()) {
                    events.send(document(JSON.createArrayNode(), usage()));
                }
                events.end(DONE);
            } else {
                ArrayNode all = JSON.createArrayNode();
                choices.forEach(choice -> all.add(choice.whole()));
                exchange.json(200, document(all, usage()));
            }
            engine.meters().answered(version.recipe().id(), "generate-text", System.nanoTime() - exchange.since());
        }

        private ObjectNode document(ArrayNode its, ObjectNode usage) {
            ObjectNode document = JSON.createObjectNode()
                    .put("id", id)
                    .put("object", "text_completion")
                    .put("created", created)
                    .put("model", version.run().id() + "@" + version.name());
            document.set("choices", its);
            if (usage != null) {
                document.set("usage", usage);
            }
            return document;
        }

        private ObjectNode usage() {
            int prompt = request.promptCharacters();
            int written = choices.stream().mapToInt(choice -> choice.characters).sum();
            return JSON.createObjectNode()
                    .put("prompt_tokens", prompt)
                    .put("completion_tokens", written)
                    .put("total_tokens", prompt + written);
        }

        /** One text. */
        private final class Choice {
            private final int index;
            private final TextRequest text;
            private final Narration narration;
            private final StringBuilder written = new StringBuilder();
            private final List<Token> tokens = new ArrayList<>();
            private int characters;
            private String reason;

            Choice(int index, TextRequest text) {
                this.index = index;
                this.text = text;
                this.narration = new Narration(engine, version, text, request.likeliest(), exchange.loop(), this::take);
            }

            Future<Void> tell() {
                return narration.tell().compose(this::finish);
            }

            void cancel() {
                narration.cancel();
            }

            private Future<Void> take(String piece, List<Token> its) {
                boolean first = characters == 0;
                int before = characters;
                characters += piece.codePointCount(0, piece.length());
                if (!request.stream()) {
                    written.append(piece);
                    tokens.addAll(its);
                    return Future.succeededFuture();
                }
                String shown = request.echo() && first ? text.prefix() + piece : piece;
                return events.send(document(JSON.createArrayNode().add(choice(shown, its, before)), null));
            }

            private Future<Void> finish(End end) {
                reason = end.reason() == Narration.Reason.STOP ? "stop" : "length";
                return request.stream() && end.reason() != Narration.Reason.CANCEL
                        ? events.send(document(JSON.createArrayNode().add(choice("", List.of(), characters)), null))
                        : Future.succeededFuture();
            }

            ObjectNode whole() {
                return choice((request.echo() ? text.prefix() : "") + written, tokens, 0);
            }

            private ObjectNode choice(String shown, List<Token> its, int from) {
                ObjectNode choice = JSON.createObjectNode().put("text", shown).put("index", index);
                if (request.likeliest().isPresent() && !its.isEmpty()) {
                    String prompt = text.prefix();
                    choice.set("logprobs", logprobs(its, prompt.codePointCount(0, prompt.length()) + from));
                } else {
                    choice.putNull("logprobs");
                }
                return choice.put("finish_reason", reason);
            }
        }

        private ObjectNode logprobs(List<Token> tokens, int offset) {
            ObjectNode logprobs = JSON.createObjectNode();
            ArrayNode texts = logprobs.putArray("tokens");
            ArrayNode values = logprobs.putArray("token_logprobs");
            ArrayNode likeliest = logprobs.putArray("top_logprobs");
            ArrayNode offsets = logprobs.putArray("text_offset");
            for (int i = 0; i < tokens.size(); i++) {
                Token token = tokens.get(i);
                texts.add(token.text());
                values.add(token.logProbability());
                ObjectNode best = likeliest.addObject();
                token.likeliest().forEach(best::put);
                best.put(token.text(), token.logProbability());
                offsets.add(offset + i);
            }
            return logprobs;
        }
    }
}
