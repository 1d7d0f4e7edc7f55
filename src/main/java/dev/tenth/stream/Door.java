package dev.tenth.stream;

/** A way to a viewer. All calls come from its event loop. */
interface Door {
    /** Sends an event, with others before {@link #flush}. */
    void send(Envelope envelope);

    void flush();

    /** Whether so much is under way that the viewer has to take some of it first. */
    boolean isFull();

    /** Calls when there is room again. */
    void onRoom(Runnable listener);

    /** Ends the stream. */
    void close(End end, long lastSeq);

    /** Why a stream ends, with the WebSocket close code. */
    enum End {
        COMPLETE(1000, "complete"),
        DELETED(1000, "the run was deleted"),
        LEAVING(1012, "the service leaves; come back"),
        TOO_SLOW(1013, "too slow; come back");

        private final int code;
        private final String reason;

        End(int code, String reason) {
            this.code = code;
            this.reason = reason;
        }

        int code() {
            return code;
        }

        String reason() {
            return reason;
        }
    }
}
