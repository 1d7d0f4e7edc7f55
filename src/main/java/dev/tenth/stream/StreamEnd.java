package dev.tenth.stream;

/** The service ends a viewer's stream before the log's end. */
final class StreamEnd extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final Reason reason;

    /** Why a stream ends, with the close code of RFC 6455 and its registry. */
    enum Reason {
        DELETED(1000, "the run was deleted"),
        LEAVING(1012, "the service is shutting down; connect again"),
        TOO_SLOW(1013, "too slow; connect again");

        private final int code;
        private final String text;

        Reason(int code, String text) {
            this.code = code;
            this.text = text;
        }

        int code() {
            return code;
        }
    }

    /**
     * Ends a stream.
     *
     * @param lastSeq the last event that was sent
     */
    StreamEnd(Reason reason, long lastSeq) {
        super(reason.text + "; last seq " + lastSeq, null, false, false);
        this.reason = reason;
    }

    int code() {
        return reason.code();
    }
}
