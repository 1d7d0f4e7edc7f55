package dev.tenth.stream;

import java.time.Duration;

/**
 * What viewers may take.
 *
 * @param viewers at the same time; one more is sent away
 * @param tailEvents of a run that are kept encoded for its viewers
 * @param tailBytes of a run that are kept encoded for its viewers
 * @param pageBytes of a run's log that are kept encoded for viewers who come later
 * @param backlog events behind, at which a viewer that could not keep up gets the newest instead of all
 * @param stall how long a viewer may take nothing before it is closed
 * @param ping how often a WebSocket is asked whether it is there
 */
public record StreamLimits(
        int viewers, int tailEvents, long tailBytes, long pageBytes, int backlog, Duration stall, Duration ping) {
    public static final StreamLimits DEFAULT =
            new StreamLimits(500, 2_000, 8 << 20, 8 << 20, 500, Duration.ofSeconds(30), Duration.ofSeconds(20));

    /** The same for another number of viewers. */
    public StreamLimits withViewers(int viewers) {
        return new StreamLimits(viewers, tailEvents, tailBytes, pageBytes, backlog, stall, ping);
    }
}
