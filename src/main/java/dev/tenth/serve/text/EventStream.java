package dev.tenth.serve.text;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.http.ErrorForm;
import dev.tenth.http.ProblemMapper;
import io.smallrye.mutiny.Multi;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jboss.resteasy.reactive.RestMulti;

/**
 * Answers in pieces, as server-sent events of JSON. What goes wrong before the first event is answered with its status, what goes
 * wrong later with an event. (Of a {@code Multi} that quarkus-rest itself writes as {@code text/event-stream}, the status is sent
 * before the first item is there.)
 */
@Singleton
public class EventStream {
    static final String MEDIA_TYPE = "text/event-stream";

    /** A client that takes nothing for so long has left without a word. */
    private static final long STALL_MILLISECONDS = 60_000;

    private static final long NO_TIMER = -1;

    private final ObjectMapper json;
    private final ProblemMapper problems;

    EventStream(ObjectMapper json, ProblemMapper problems) {
        this.json = json;
        this.problems = problems;
    }

    /**
     * An answer whose next item is asked for when the client's side has room for it.
     *
     * @param last the data of a last event, also after an error
     */
    RestMulti<byte[]> of(Multi<?> items, ErrorForm errors, Multi<String> last, RoutingContext exchange) {
        AtomicBoolean begun = new AtomicBoolean();
        Multi<String> data = items.map(this::json)
                .onItem()
                .invoke(() -> begun.set(true))
                .onFailure(_ -> begun.get())
                .recoverWithItem(failure -> json(errors.body(problems.problem(failure), failure)));
        Multi<byte[]> events = Multi.createBy()
                .concatenating()
                .streams(data, last)
                .map(each -> ("data: " + each + "\n\n").getBytes(StandardCharsets.UTF_8));
        return RestMulti.fromMultiData(watched(events, exchange))
                .header("Content-Type", MEDIA_TYPE + "; charset=utf-8")
                .header("Cache-Control", "no-store")
                .header("X-Accel-Buffering", "no")
                .build();
    }

    private String json(Object document) {
        try {
            return json.writeValueAsString(document);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("our documents can be written", e);
        }
    }

    /** Closes the connection of a client that does not take the next event, which cancels the stream. */
    private static Multi<byte[]> watched(Multi<byte[]> events, RoutingContext exchange) {
        AtomicLong timer = new AtomicLong(NO_TIMER);
        Runnable stop = () -> exchange.vertx().cancelTimer(timer.getAndSet(NO_TIMER));
        return events.onItem()
                .invoke(() -> timer.set(exchange.vertx().setTimer(STALL_MILLISECONDS, _ -> exchange.request()
                        .connection()
                        .close())))
                .onRequest()
                .invoke(stop)
                .onTermination()
                .invoke(stop);
    }
}
