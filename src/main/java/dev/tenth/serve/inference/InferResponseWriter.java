package dev.tenth.serve.inference;

import dev.tenth.http.MemoryBudget;
import io.vertx.ext.web.RoutingContext;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.Provider;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;
import org.jboss.resteasy.reactive.server.spi.ResteasyReactiveResourceInfo;
import org.jboss.resteasy.reactive.server.spi.ServerMessageBodyWriter;
import org.jboss.resteasy.reactive.server.spi.ServerRequestContext;

/** Sends the answer to a request for inference, and says where its JSON ends and the binary data begins. */
@Provider
@Produces(MediaType.WILDCARD)
public class InferResponseWriter implements ServerMessageBodyWriter<InferResponse> {
    private final MemoryBudget budget;
    private final RoutingContext exchange;

    InferResponseWriter(MemoryBudget budget, RoutingContext exchange) {
        this.budget = budget;
        this.exchange = exchange;
    }

    @Override
    public boolean isWriteable(
            Class<?> type, Type generic, ResteasyReactiveResourceInfo resource, MediaType mediaType) {
        return type == InferResponse.class;
    }

    @Override
    public boolean isWriteable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == InferResponse.class;
    }

    /** The whole body is memory until the client has read it. */
    @Override
    public void writeResponse(InferResponse response, Type generic, ServerRequestContext context) {
        budget.hold(exchange, "outputs", response.body().length);
        response.headerLength().ifPresent(length -> context.serverResponse()
                .setResponseHeader(InferResponse.HEADER_LENGTH, Integer.toString(length)));
        context.serverResponse().end(response.body());
    }

    @Override
    public void writeTo(
            InferResponse response,
            Class<?> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, Object> headers,
            OutputStream out)
            throws IOException {
        response.headerLength().ifPresent(length -> headers.putSingle(InferResponse.HEADER_LENGTH, length));
        out.write(response.body());
    }
}
