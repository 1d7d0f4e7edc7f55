package dev.tenth.serve.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.PropertyNamingStrategies.SnakeCaseStrategy;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import dev.tenth.http.ReceivedBody;
import dev.tenth.http.TransformToMulti;
import dev.tenth.recipe.Ability;
import dev.tenth.serve.engine.Engine;
import dev.tenth.serve.engine.Models;
import dev.tenth.store.RunEntry;
import io.smallrye.common.annotation.NonBlocking;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.infrastructure.Infrastructure;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.Context;
import jakarta.ws.rs.core.MediaType;
import java.util.List;
import org.jboss.resteasy.reactive.RestMulti;

/**
 * Completions as OpenAI's clients know them: {@code /v1/completions} and {@code /v1/models}. A model is a run, or {@code run@step};
 * a character is a token.
 *
 * @see <a href="https://platform.openai.com/docs/api-reference/completions">the API</a>
 */
@Path("/v1")
@NonBlocking
public class CompletionsResource {
    private static final int MOST_MODELS = 1000;
    /** The data of a stream's last event. */
    private static final String DONE = "[DONE]";

    private final Engine engine;
    private final EventStream events;
    private final CompletionErrors errors;
    private final ObjectMapper json;

    CompletionsResource(Engine engine, EventStream events, CompletionErrors errors, ObjectMapper json) {
        this.engine = engine;
        this.events = events;
        this.errors = errors;
        this.json = json;
    }

    record ModelList(String object, List<ModelCard> data) {}

    /** A model in a list of them. */
    @JsonNaming(SnakeCaseStrategy.class)
    record ModelCard(String id, String object, long created, String ownedBy) {
        static ModelCard of(String name, RunEntry run) {
            return new ModelCard(name, "model", run.createdAt().getEpochSecond(), "tenth");
        }
    }

    @GET
    @Path("/models")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ModelList> models() {
        return Uni.createFrom()
                .item(() -> new ModelList(
                        "list",
                        engine.models().runs(Ability.GenerateText.class, MOST_MODELS).stream()
                                .map(run -> ModelCard.of(run.id(), run))
                                .toList()))
                .runSubscriptionOn(Infrastructure.getDefaultWorkerPool());
    }

    @GET
    @Path("/models/{model}")
    @Produces(MediaType.APPLICATION_JSON)
    public Uni<ModelCard> model(@PathParam("model") String model) {
        return engine.models()
                .lookup(CompletionRequest.run(model), CompletionRequest.version(model))
                .map(version -> ModelCard.of(model, version.run()))
                .onFailure()
                .transform(engine::refused);
    }

    /** As a whole, or in pieces if the body has {@code "stream": true}. */
    @POST
    @Path("/completions")
    @Consumes(MediaType.WILDCARD)
    public RestMulti<byte[]> complete(ReceivedBody body, @Context RoutingContext exchange) {
        CompletionRequest request;
        try {
            request = CompletionRequest.read(body);
        } catch (RuntimeException e) {
            return whole(Uni.createFrom().failure(engine.refused(e)));
        }
        Uni<Models.Version> version = engine.models()
                .lookup(CompletionRequest.run(request.model()), CompletionRequest.version(request.model()));
        if (!request.stream()) {
            return whole(TransformToMulti.one(version, found -> new TextCompletion(engine, found, request).whole())
                    .onFailure()
                    .transform(engine::refused));
        }
        Multi<Completion> pieces = TransformToMulti.of(
                        version, found -> new TextCompletion(engine, found, request).pieces())
                .onFailure()
                .transform(engine::refused);
        return events.of(pieces, errors, Multi.createFrom().item(DONE), exchange);
    }

    private RestMulti<byte[]> whole(Uni<Completion> completion) {
        return RestMulti.fromMultiData(completion.map(this::bytes).toMulti())
                .header("Content-Type", MediaType.APPLICATION_JSON)
                .build();
    }

    private byte[] bytes(Completion completion) {
        try {
            return json.writeValueAsBytes(completion);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("our documents can be written", e);
        }
    }
}
