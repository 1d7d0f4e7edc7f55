package dev.tenth.api;

import dev.tenth.data.Dataset;
import dev.tenth.data.Library;
import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.http.ReceivedBody;
import dev.tenth.text.Excerpt;
import io.smallrye.mutiny.Uni;
import jakarta.ws.rs.Consumes;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.HeaderParam;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.net.URI;
import java.util.Locale;

/** Data sets: the built-in ones, and files that people bring. */
@Path("/api/v1/datasets")
@Produces(MediaType.APPLICATION_JSON)
public class DatasetsResource {
    private static final String CSV = "text/csv";
    private static final String ZIP = "application/zip";

    private final Library library;

    DatasetsResource(Library library) {
        this.library = library;
    }

    /** A data set as the API answers it. */
    record DatasetDocument(
            String id,
            String name,
            String kind,
            long bytes,
            String sha256,
            String summary,
            String source,
            String licence,
            boolean available) {
        static DatasetDocument of(Dataset card) {
            return new DatasetDocument(
                    card.id(),
                    card.name(),
                    card.kind().name().toLowerCase(Locale.ROOT),
                    card.bytes(),
                    card.sha256(),
                    card.summary(),
                    card.source(),
                    card.licence(),
                    card.available());
        }
    }

    @GET
    public RunsResource.Page<DatasetDocument> list() {
        return new RunsResource.Page<>(
                library.list().stream().map(DatasetDocument::of).toList(), null);
    }

    @GET
    @Path("/{id}")
    public DatasetDocument get(@PathParam("id") String id) {
        return library.find(id).map(DatasetDocument::of).orElseThrow(() -> missing(id));
    }

    /**
     * Of any type of text, or a zip of pictures: browsers call the same file by different types (some a .csv that of a spreadsheet);
     * its content tells what it is.
     */
    @POST
    @Consumes({
        "text/*",
        MediaType.APPLICATION_OCTET_STREAM,
        "application/vnd.ms-excel",
        ZIP,
        "application/x-zip-compressed"
    })
    public Uni<Response> add(
            @QueryParam("name") String name, @HeaderParam("Content-Type") String type, ReceivedBody body) {
        if (name == null || name.isBlank()) {
            throw new Problem.Exception(
                    422,
                    "Invalid field",
                    "name: the file's name is missing: ?name=FILE",
                    new FieldError("name", name, "the file's name"));
        }
        String file = named(named(name, type, CSV, ".csv"), type, ZIP, ".zip");
        // A client that leaves cancels this, and with it the reading.
        return Uni.createFrom()
                .completionStage(() -> library.add(file, body::open))
                .map(card -> Response.created(URI.create("/api/v1/datasets/" + card.id()))
                        .entity(DatasetDocument.of(card))
                        .build());
    }

    /** A name that ends as the type wants it. */
    private static String named(String name, String type, String wanted, String ending) {
        boolean unnamed = type != null
                && type.toLowerCase(Locale.ROOT).startsWith(wanted)
                && !name.toLowerCase(Locale.ROOT).endsWith(ending);
        return unnamed ? name + ending : name;
    }

    @DELETE
    @Path("/{id}")
    public Response delete(@PathParam("id") String id) {
        if (!library.delete(id)) {
            throw missing(id);
        }
        return Response.noContent().build();
    }

    private static Problem.Exception missing(String id) {
        return new Problem.Exception(
                404, "No such data set", "id: there is no (uploaded) data set " + Excerpt.quoted(id));
    }
}
