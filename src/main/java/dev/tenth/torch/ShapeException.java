package dev.tenth.torch;

/**
 * Shapes or types that do not fit, found while a program is traced. The message names both and the line of the model that
 * brought them together.
 */
public final class ShapeException extends IllegalArgumentException {
    private static final String ROOM = ShapeException.class.getPackageName() + ".";

    ShapeException(String message) {
        super(message + modelLine());
    }

    /** The innermost line outside this room: the model's. */
    private static String modelLine() {
        return StackWalker.getInstance()
                .walk(frames -> frames.filter(frame -> !frame.getClassName().startsWith(ROOM)
                                || frame.getClassName().endsWith("Test"))
                        .findFirst())
                .map(frame -> " (" + frame.getFileName() + ":" + frame.getLineNumber() + ")")
                .orElse("");
    }
}
