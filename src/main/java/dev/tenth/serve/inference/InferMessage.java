package dev.tenth.serve.inference;

import dev.tenth.http.ReceivedBody;
import java.util.Optional;

/** The body of a request for inference as it was sent: what it means is found out where that does not keep others waiting. */
sealed interface InferMessage {
    /**
     * JSON, perhaps with the data of some tensors behind it.
     *
     * @param headerLength of the JSON, as it was told; empty if it is all
     */
    record Tensors(ReceivedBody body, Optional<String> headerLength) implements InferMessage {
        InferRequest parse() {
            return InferRequest.read(body.content(), headerLength);
        }
    }

    /** A picture. */
    record Png(ReceivedBody file) implements InferMessage {}
}
