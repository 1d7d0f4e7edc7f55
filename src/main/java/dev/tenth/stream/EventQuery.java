package dev.tenth.stream;

import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import dev.tenth.text.Excerpt;
import java.util.Optional;

/**
 * What a viewer wants to see.
 *
 * @param after the number of the event after which to begin
 * @param superseded also what a resumed run took back
 * @param follow waits for more at the end of the log instead of ending there
 */
record EventQuery(String run, long after, boolean superseded, boolean follow) {

    /**
     * A request as it came.
     *
     * @param run its id
     * @param lastEventId of a browser that comes back, instead of {@code after}
     */
    record Request(
            String run, Optional<String> lastEventId, Optional<String> after, String superseded, String follow) {}

    /**
     * Checks a request against the log; reads from the disk.
     *
     * @throws Problem.Exception if there is no such run or event
     */
    static EventQuery of(RunLog log, Request request) {
        RunEntry run = log.find(request.run())
                .orElseThrow(() -> new Problem.Exception(
                        404, "No such run", "id: there is no run " + Excerpt.quoted(request.run())));
        String field = request.lastEventId().isPresent() ? "Last-Event-ID" : "after";
        String cursor = request.lastEventId().or(request::after).orElse("0");
        return new EventQuery(
                run.id(),
                seq(field, cursor, run.lastSeq()),
                "true".equals(request.superseded()),
                !"false".equals(request.follow()));
    }

    private static long seq(String field, String text, long lastSeq) {
        String allowed = "the number of an event, from 0 to " + lastSeq;
        long seq;
        try {
            seq = Long.parseLong(text);
        } catch (NumberFormatException e) {
            throw badCursor(400, field, text, allowed);
        }
        if (seq < 0 || seq > lastSeq) {
            throw badCursor(422, field, seq, allowed);
        }
        return seq;
    }

    private static Problem.Exception badCursor(int status, String field, Object value, String allowed) {
        String detail = field + ": " + Excerpt.quoted(value) + " is not " + allowed;
        return new Problem.Exception(status, "Bad cursor", detail, new FieldError(field, value, allowed));
    }
}
