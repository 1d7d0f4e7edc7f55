package dev.tenth.http;

import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.MultivaluedMap;
import jakarta.ws.rs.ext.MessageBodyReader;
import jakarta.ws.rs.ext.Provider;
import java.io.InputStream;
import java.lang.annotation.Annotation;
import java.lang.reflect.Type;

/** Hands a {@link ReceivedBody} to the method that takes one. */
@Provider
public class ReceivedBodyReader implements MessageBodyReader<ReceivedBody> {
    @Override
    public boolean isReadable(Class<?> type, Type generic, Annotation[] annotations, MediaType mediaType) {
        return type == ReceivedBody.class;
    }

    @Override
    public ReceivedBody readFrom(
            Class<ReceivedBody> type,
            Type generic,
            Annotation[] annotations,
            MediaType mediaType,
            MultivaluedMap<String, String> headers,
            InputStream content) {
        return ReceivedBody.of(content);
    }
}
