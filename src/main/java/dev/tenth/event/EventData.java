package dev.tenth.event;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What an event tells, one record for each type. Numbers that are not finite travel as {@code null} and are read as NaN. Arrays
 * belong to the record: nobody changes them.
 */
public sealed interface EventData {

    EventType type();

    /** The run is in another state, or in the same one for another reason. */
    record State(String state, String reason) implements EventData {
        @Override
        public EventType type() {
            return EventType.RUN_STATE;
        }
    }

    /**
     * The run goes on from an earlier state; what came after that is superseded.
     *
     * @param fromSeq the last event that the state includes; empty where a log does not tell it, then the step decides
     */
    record Resumed(long fromStep, Optional<Long> fromSeq) implements EventData {
        @Override
        public EventType type() {
            return EventType.RUN_RESUMED;
        }

        /** Whether it takes back what an earlier event of this number and step told, if that can be taken back. */
        boolean takesBack(long seq, long step) {
            return fromSeq.isPresent() ? seq > fromSeq.get() : step > fromStep;
        }

        /** The same of a checkpoint: that from which the run goes on is told after the last event that it includes, and counts. */
        boolean takesBackCheckpoint(long seq, long step) {
            return takesBack(seq, step) && step > fromStep;
        }
    }

    /**
     * A command took effect.
     *
     * @param command its name
     * @param step the last one before it
     * @param parameters of a {@code set}: what was set; else empty
     * @param previous of a {@code set}: the same parameters as they were; else empty
     * @param checkpoint of a {@code pin} and {@code unpin}: the step of the checkpoint
     */
    record CommandApplied(
            String id,
            String command,
            long step,
            Map<String, Object> parameters,
            Map<String, Object> previous,
            Optional<Long> checkpoint)
            implements EventData {
        public static final String SET = "set";
        public static final String PIN = "pin";
        public static final String UNPIN = "unpin";

        /** One that has nothing more to tell. */
        public CommandApplied(String id, String command, long step) {
            this(id, command, step, Map.of(), Map.of(), Optional.empty());
        }

        @Override
        public EventType type() {
            return EventType.COMMAND_APPLIED;
        }
    }

    /** A checkpoint is durable. */
    record Checkpoint(long step, String sha256, long bytes) implements EventData {
        @Override
        public EventType type() {
            return EventType.CHECKPOINT;
        }
    }

    /**
     * After a step some values are not finite.
     *
     * @param count how many tensors and figures hold such values
     * @param tensors the names of the first ones, in the order of the model
     */
    record NonFinite(long step, int count, List<String> tensors) implements EventData {
        @Override
        public EventType type() {
            return EventType.NON_FINITE;
        }
    }

    /** Figures at a step. */
    record Metrics(Map<String, Double> values) implements EventData {
        @Override
        public EventType type() {
            return EventType.METRICS;
        }
    }

    /** Lines over a common x. */
    record Curve(String id, double[] x, Map<String, double[]> series) implements EventData {
        @Override
        public EventType type() {
            return EventType.CURVE;
        }
    }

    /**
     * A function over a rectangle, on a regular grid.
     *
     * @param values row by row from {@code y0} upwards, each from {@code x0}
     */
    record Field(String id, double x0, double x1, double y0, double y1, int width, int height, float[] values)
            implements EventData {
        @Override
        public EventType type() {
            return EventType.FIELD;
        }
    }

    /**
     * A picture among the blobs.
     *
     * @param ref its {@linkplain BlobPath path}
     */
    record Image(String id, String ref, int width, int height, Optional<String> caption) implements EventData {
        @Override
        public EventType type() {
            return EventType.IMAGE;
        }
    }

    /** Text that the model made. */
    record Text(String id, String text) implements EventData {
        @Override
        public EventType type() {
            return EventType.TEXT;
        }
    }

    /**
     * Counts in bins.
     *
     * @param edges one more than there are bins
     */
    record Histogram(String id, double[] edges, Map<String, double[]> series) implements EventData {
        @Override
        public EventType type() {
            return EventType.HISTOGRAM;
        }
    }

    /** A table of numbers. */
    record Matrix(String id, List<String> rows, List<String> columns, double[][] values) implements EventData {
        @Override
        public EventType type() {
            return EventType.MATRIX;
        }
    }

    /** Paths in the plane: points {@code [x, y]}. */
    record Trail(String id, Map<String, double[][]> series) implements EventData {
        @Override
        public EventType type() {
            return EventType.TRAIL;
        }
    }

    /** The events {@code from} … {@code to} are left out. */
    record Gap(long from, long to) implements EventData {
        @Override
        public EventType type() {
            return EventType.GAP;
        }
    }
}
