package dev.tenth.serve.text;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.tenth.http.ReceivedBody;
import dev.tenth.http.TransformToMulti;
import dev.tenth.recipe.TextModel.Token;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Fields;
import dev.tenth.serve.engine.Models;
import dev.tenth.serve.engine.Models.Version;
import dev.tenth.serve.inference.OpenInferenceErrors;
import dev.tenth.serve.text.TextGeneration.End;
import dev.tenth.serve.text.TextGeneration.Part;
import dev.tenth.serve.text.TextGeneration.Piece;
import dev.tenth.serve.text.TextGeneration.Reason;
import io.quarkus.runtime.annotations.RegisterForReflection;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.function.Function;
import org.jboss.resteasy.reactive.RestMulti;

/**
 * Text beside the Open Inference Protocol: {@code generate} answers with the whole of it, {@code generate_stream} with
 * server-sent events as it is generated. A character is a token.
 */
@Path("/v2")
@Consumes(MediaType.WILDCARD)
@NonBlocking
public class GenerateResource {
    private static final String MODEL = "/models/{model}";
    private static final String VERSION = "/models/{model}/versions/{version}";
    private static final int DEFAULT_TOKENS = 20;
    /** Clients send it, and the path says it already. */
    private static final String STREAM = "stream";

    private static final Set<String> PARAMETERS =
            Set.of("max_tokens", "temperature", "top_p", "top_k", "stop", "seed", "details", STREAM);

    private final Engine engine;
    private final EventStream events;
    private final OpenInferenceErrors errors;

    GenerateResource(Engine engine, EventStream events, OpenInferenceErrors errors) {
        this.engine = engine;
        this.events = events;
        this.errors = errors;
    }

    /** What is asked for. */
    private record Wish(TextRequest text, boolean details) {
        static Wish read(ReceivedBody body) {
            Fields fields = Fields.of(body).only(Set.of("text_input", "parameters"));
            Fields parameters = fields.inside("parameters").only(PARAMETERS);
            return new Wish(
                    new TextRequest(
                            fields.required("text_input"),
                            (int) parameters.integer("max_tokens", DEFAULT_TOKENS, 1, TextRequest.LONGEST),
                            TextRequest.choice(parameters),
                            TextRequest.stops(parameters),
                            TextRequest.seed(parameters)),
                    parameters.truth("details"));
        }
    }

    /** A text, or a piece of one. */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Generated(String modelName, String modelVersion, String textOutput, Details details) {
        static Generated of(Version version, String text, Details details) {
            return new Generated(version.run().id(), version.name(), text, details);
        }
    }

    /**
     * How a text came to be.
     *
     * @param logprobs of all characters, where the answer is the whole text
     * @param token the last character, where it comes in pieces
     */
    @RegisterForReflection
    @JsonNaming(SnakeCaseStrategy.class)
    @JsonInclude(JsonInclude.Include.NON_NULL)
    record Details(String finishReason, List<Character> logprobs, Character token) {
        static Details of(End end, List<Character> logprobs, Character token) {
            return new Details(end.reason() == Reason.STOP ? "stop_sequence" : "length", logprobs, token);
        }
    }

    /** A character and the logarithm of its probability. */
    @RegisterForReflection
    record Character(int id, String text, double logprob, boolean special) {
        static Character of(Token token) {
            return new Character(token.id(), token.text(), token.logProbability(), false);
        }
    }

    @POST
    @Path(MODEL + "/generate")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Generated> generate(@PathParam("model") String model, ReceivedBody body) {
        return generate(model, Models.LATEST, body);
    }

    @POST
    @Path(VERSION + "/generate")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<Generated> generate(
            @PathParam("model") String model, @PathParam("version") String version, ReceivedBody body) {
        return Uni.createFrom()
                .deferred(() -> {
                    Wish wish = Wish.read(body);
                    if (wish.details()) {
                        TextRequest.requireFewToKeep(wish.text().length());
                    }
                    return TransformToMulti.one(engine.models().lookup(model, version), found -> parts(found, wish)
                            .collect()
                            .in(Whole::new, Whole::add)
                            .map(whole -> whole.generated(found, wish.details())));
                })
                .onFailure()
                .transform(engine::refused);
    }

    @POST
    @Path(MODEL + "/generate_stream")
    public RestMulti<byte[]> stream(
            @PathParam("model") String model, ReceivedBody body, @Context RoutingContext exchange) {
        return stream(model, Models.LATEST, body, exchange);
    }

    @POST
    @Path(VERSION + "/generate_stream")
    public RestMulti<byte[]> stream(
            @PathParam("model") String model,
            @PathParam("version") String version,
            ReceivedBody body,
            @Context RoutingContext exchange) {
        Multi<Generated> pieces = Multi.createFrom().deferred(() -> {
            Wish wish = Wish.read(body);
            return TransformToMulti.of(engine.models().lookup(model, version), found -> parts(found, wish)
                    .map(new Pieces(found, wish.details()))
                    .select()
                    .where(Optional::isPresent)
                    .map(Optional::get));
        });
        return events.of(
                pieces.onFailure().transform(engine::refused),
                errors,
                Multi.createFrom().empty(),
                exchange);
    }

    private Multi<Part> parts(Version version, Wish wish) {
        long since = System.nanoTime();
        OptionalInt likeliest = wish.details() ? OptionalInt.of(0) : OptionalInt.empty();
        return new TextGeneration(engine, version, wish.text(), likeliest)
                .parts()
                .onCompletion()
                .invoke(() ->
                        engine.meters().answered(version.recipe().id(), "generate-text", System.nanoTime() - since));
    }

    /** Collects a text. */
    private static final class Whole {
        private final StringBuilder text = new StringBuilder();
        private final List<Character> characters = new ArrayList<>();
        private End end;

        void add(Part part) {
            switch (part) {
                case Piece piece -> {
                    text.append(piece.text());
                    piece.tokens().forEach(token -> characters.add(Character.of(token)));
                }
                case End last -> end = last;
            }
        }

        Generated generated(Version version, boolean details) {
            return Generated.of(version, text.toString(), details ? Details.of(end, characters, null) : null);
        }
    }

    /** The schema of a piece's details demands the reason of the end: they come with a last piece, which has no text. */
    private static final class Pieces implements Function<Part, Optional<Generated>> {
        private final Version version;
        private final boolean details;
        private Token last;

        Pieces(Version version, boolean details) {
            this.version = version;
            this.details = details;
        }

        @Override
        public Optional<Generated> apply(Part part) {
            return switch (part) {
                case Piece piece -> {
                    last = details ? piece.tokens().getLast() : null;
                    yield Optional.of(Generated.of(version, piece.text(), null));
                }
                case End end
                when last != null -> Optional.of(Generated.of(version, "", Details.of(end, null, Character.of(last))));
                case End _ -> Optional.empty();
            };
        }
    }
}
