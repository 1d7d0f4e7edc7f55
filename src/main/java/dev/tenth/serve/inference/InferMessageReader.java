package dev.tenth.serve.inference;

import dev.tenth.http.MemoryBudget;
import dev.tenth.http.ReceivedBody;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.serve.engine.ModelException.Reason;
import dev.tenth.serve.inference.InferMessage.Png;
import dev.tenth.serve.inference.InferMessage.Tensors;
import dev.tenth.text.Excerpt;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import java.util.Optional;

/** Tells pictures from tensors by their media type, and where in a body the JSON ends and the binary data begins. */
@Provider
@Consumes(MediaType.WILDCARD)
public class InferMessageReader implements MessageBodyReader<InferMessage> {
    private final MemoryBudget budget;
    private final RoutingContext exchange;

    InferMessageReader(MemoryBudget budget, RoutingContext exchange) {
        this.budget = budget;
        this.exchange = exchange;
    }

    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == InferMessage.class;
    }

    @Override
    public InferMessage readFrom(
            Class<InferMessage> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream body) {
        ReceivedBody received = ReceivedBody.of(body);
        if (mediaType.isCompatible(Pictures.PNG_TYPE) && !mediaType.isWildcardType()) {
            if (received.bytes() > Pictures.LARGEST_FILE) {
                throw new ModelException(
                        Reason.TOO_LARGE,
                        "body: the picture is larger than the limit of %,d bytes".formatted(Pictures.LARGEST_FILE));
            }
            hold(received);
            return new Png(received);
        }
        if (mediaType.getType().equalsIgnoreCase(Pictures.PNG_TYPE.getType())) {
            throw new ModelException(
                    Reason.UNSUPPORTED,
                    "Content-Type: " + Excerpt.quoted(mediaType) + " is not " + Pictures.PNG + " or JSON");
        }
        hold(received);
        return new Tensors(received, Optional.ofNullable(headers.getFirst(InferResponse.HEADER_LENGTH)));
    }

    /** What is in a file comes into the heap as a whole. */
    private void hold(ReceivedBody body) {
        if (!body.isInMemory()) {
            budget.hold(exchange, "body", body.bytes());
        }
    }
}
