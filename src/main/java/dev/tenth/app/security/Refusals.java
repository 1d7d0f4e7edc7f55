package dev.tenth.app.security;

import dev.tenth.http.Problem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;

/** Answers requests that are refused before they are routed, and counts them by the reason: {@code http.refused}. */
@Singleton
class Refusals {
    enum Reason {
        HOST,
        ORIGIN,
        TOKEN,
        MALFORMED
    }

    private final Map<Reason, Counter> counters = new EnumMap<>(Reason.class);

    Refusals(MeterRegistry meters) {
        Arrays.stream(Reason.values())
                .forEach(reason -> counters.put(
                        reason,
                        Counter.builder("http.refused")
                                .description("Requests that were refused before they were routed")
                                .tag("reason", reason.name().toLowerCase(Locale.ROOT))
                                .register(meters)));
    }

    /** With a problem document. */
    void refuse(RoutingContext context, Reason reason, int status, String title, String detail) {
        answer(context, reason, status, Problem.MEDIA_TYPE, document(status, title, detail));
    }

    /** With a page. */
    void refuse(RoutingContext context, Reason reason, int status, String page) {
        answer(context, reason, status, "text/html; charset=utf-8", page);
    }

    private void answer(RoutingContext context, Reason reason, int status, String mediaType, String body) {
        counters.get(reason).increment();
        context.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, mediaType)
                .end(body);
    }

    private static String document(int status, String title, String detail) {
        Problem problem = Problem.of(status, title, detail);
        return new JsonObject()
                .put("type", problem.type())
                .put("title", problem.title())
                .put("status", problem.status())
                .put("detail", problem.detail())
                .encode();
    }
}
