package dev.tenth.http;

import io.quarkus.websockets.next.CloseReason;
import io.vertx.core.http.HttpClosedException;
import java.io.IOException;
import java.util.Optional;

/**
 * The close codes of RFC 6455 for what a client does wrong. Vert.x ends a connection after a malformed frame without a word, and
 * after a message that is too long not at all.
 */
public final class WebSocketFault {
    private static final int PROTOCOL_ERROR = 1002;
    private static final int UNSUPPORTED_DATA = 1003;
    private static final int INVALID_TEXT = 1007;
    private static final int TOO_LARGE = 1009;
    /** Of Vert.x for a message, and of Netty for a frame. */
    private static final String MESSAGE_TOO_LARGE = "max message size";

    private static final String FRAME_TOO_LARGE = "Max frame length";
    /** Stands where bytes are no UTF-8. */
    private static final char REPLACEMENT = '\uFFFD';

    private WebSocketFault() {}

    /** What to say about a fault of a connection; nothing if it broke, since nobody hears it. */
    public static Optional<CloseReason> closeReason(Throwable fault) {
        if (fault instanceof IOException || fault instanceof HttpClosedException) {
            return Optional.empty();
        }
        String message = String.valueOf(fault.getMessage());
        return Optional.of(
                message.contains(MESSAGE_TOO_LARGE) || message.contains(FRAME_TOO_LARGE)
                        ? new CloseReason(TOO_LARGE, "the message is too large")
                        : new CloseReason(PROTOCOL_ERROR, "a frame that RFC 6455 does not allow"));
    }

    /** Whether a failure is the client's: its message is too long. */
    static boolean isTooLarge(Throwable failure) {
        return closeReason(failure)
                .filter(reason -> reason.getCode() == TOO_LARGE)
                .isPresent();
    }

    /** What to say about a text message whose bytes are no UTF-8; nothing if they are. */
    static Optional<CloseReason> ofText(String text) {
        return text.indexOf(REPLACEMENT) < 0
                ? Optional.empty()
                : Optional.of(new CloseReason(INVALID_TEXT, "the text is not UTF-8"));
    }

    /** The answer to a text where no message is taken. */
    public static CloseReason unwanted(String text) {
        return ofText(text).orElseGet(WebSocketFault::unwantedMessage);
    }

    /** The answer to a binary message where text is expected. */
    static CloseReason binary() {
        return new CloseReason(UNSUPPORTED_DATA, "binary messages are not taken; send text");
    }

    /** The answer to a message where none is taken. */
    public static CloseReason unwantedMessage() {
        return new CloseReason(UNSUPPORTED_DATA, "this stream takes no messages");
    }
}
