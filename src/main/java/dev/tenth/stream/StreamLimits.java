package dev.tenth.stream;

import java.time.Duration;

/**
 * What viewers may take.
 *
 * @param viewers at the same time; one more is refused
 * @param tick the shortest time between two messages to a viewer
 * @param messageBytes of one message, in characters of its JSON; only a larger event exceeds it
 * @param tailEvents of a run that are kept encoded for its viewers
 * @param tailBytes of a run that are kept encoded for its viewers
 * @param pageBytes of the logs that are kept encoded for viewers who come later; the runs that are watched share them
 * @param backlog events behind, at which a viewer that could not keep up gets the newest instead of all
 * @param stall how long a viewer may take to receive one message before it is closed
 */
public record StreamLimits(
        int viewers,
        Duration tick,
        int messageBytes,
        int tailEvents,
        long tailBytes,
        long pageBytes,
        int backlog,
        Duration stall) {
    /** 17 ms are 58 messages a second. */
    public static final StreamLimits DEFAULT = new StreamLimits(
            500, Duration.ofMillis(17), 256 << 10, 2_000, 8 << 20, 8 << 20, 500, Duration.ofSeconds(30));

    /** The same for another number of viewers. */
    public StreamLimits withViewers(int viewers) {
        return new StreamLimits(viewers, tick, messageBytes, tailEvents, tailBytes, pageBytes, backlog, stall);
    }
}
