package dev.tenth.api;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;

/** The messages of the WebSockets, which OpenAPI cannot describe, as an AsyncAPI document. */
@Path("/q/asyncapi")
public class AsyncApiResource {
    private static final String DOCUMENT = "/META-INF/asyncapi.yaml";

    private final byte[] document;

    AsyncApiResource() {
        try (InputStream file = AsyncApiResource.class.getResourceAsStream(DOCUMENT)) {
            document = file.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @GET
    @Produces("application/yaml")
    public byte[] document() {
        return document;
    }
}
