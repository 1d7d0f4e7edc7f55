package dev.tenth.api;

import dev.tenth.http.Problem;
import dev.tenth.store.Blobs;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.core.Response;

/** Pictures by the SHA-256 of their bytes, which never change. */
@Path("/api/v1/blobs")
public class BlobsResource {
    private final Blobs blobs;

    BlobsResource(Blobs blobs) {
        this.blobs = blobs;
    }

    @GET
    @Path("/{sha256:[0-9a-f]{64}}.png")
    public Response picture(@PathParam("sha256") String sha256) {
        return get(sha256);
    }

    @GET
    @Path("/{sha256:[0-9a-f]{64}}")
    public Response get(@PathParam("sha256") String sha256) {
        byte[] bytes = blobs.get(sha256)
                .orElseThrow(() -> new Problem.Exception(404, "No such blob", "sha256: there is no blob " + sha256));
        return Response.ok(bytes, "image/png")
                .header("Cache-Control", "public, max-age=31536000, immutable")
                .header("ETag", '"' + sha256 + '"')
                .build();
    }
}
