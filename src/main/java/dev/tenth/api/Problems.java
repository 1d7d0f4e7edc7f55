package dev.tenth.api;

import dev.tenth.data.DataException;
import dev.tenth.data.Library;
import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.serve.ModelException;
import dev.tenth.store.StoreException;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.Response;
import java.util.Map;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Every error of the API as problem+json. */
final class Problems {
    private static final System.Logger LOG = System.getLogger(Problems.class.getName());
    private static final Map<String, String> LATER = Map.of("Retry-After", "10");

    @ServerExceptionMapper
    Response problem(Problem.Exception exception) {
        return exception.problem().response();
    }

    @ServerExceptionMapper
    Response invalid(InvalidParametersException exception) {
        return Problem.of(
                        422,
                        "Parameters that cannot be",
                        exception.getMessage(),
                        exception.violations().stream()
                                .map(v -> new FieldError(v.field(), v.value(), v.allowed()))
                                .toArray(FieldError[]::new))
                .response();
    }

    @ServerExceptionMapper
    Response refused(RefusedException exception) {
        String detail = exception.getMessage();
        FieldError[] errors = exception.field().isEmpty()
                ? new FieldError[0]
                : new FieldError[] {new FieldError(exception.field(), null, detail)};
        return switch (exception.reason()) {
            case NO_SUCH_RUN -> Problem.of(404, "No such run", detail).response();
            case NO_SUCH_RECIPE ->
                Problem.of(422, "No such recipe", detail, errors).response();
            case NO_SUCH_PRESET ->
                Problem.of(422, "No such preset", detail, errors).response();
            case NO_SUCH_CHECKPOINT ->
                Problem.of(422, "No such checkpoint", detail, errors).response();
            case TOO_MANY_PINS ->
                Problem.of(409, "Too many pins", detail, errors).response();
            case WRONG_STATE -> Problem.of(409, "Wrong state", detail, errors).response();
            case KEY_CONFLICT ->
                Problem.of(409, "Key used for something else", detail, errors).response();
            case MODEL_TOO_LARGE ->
                Problem.of(422, "Model too large", detail, errors).response();
            case UNFIT_STATE ->
                Problem.of(422, "A state that does not fit", detail, errors).response();
            case QUEUE_FULL -> Problem.of(503, "No room", detail).response(LATER);
        };
    }

    @ServerExceptionMapper
    Response model(ModelException exception) {
        int status = exception.reason().status();
        return Problem.of(status, exception.reason().title(), exception.getMessage())
                .response(status == 503 ? LATER : Map.of());
    }

    @ServerExceptionMapper
    Response data(DataException exception) {
        return Problem.of(422, "Data that cannot be used", exception.getMessage())
                .response();
    }

    @ServerExceptionMapper
    Response tooLarge(Library.TooLargeException exception) {
        return Problem.of(413, "File too large", exception.getMessage()).response();
    }

    /** The store fails, not the request: whoever asks again later may be served. */
    @ServerExceptionMapper
    Response store(StoreException exception) {
        String detail = exception.getMessage();
        return switch (exception.reason()) {
            case FULL -> Problem.of(507, "Disk full", detail).response(LATER);
            case CORRUPT -> Problem.of(409, "Corrupt", detail).response();
            case MISSING -> Problem.of(404, "Not there", detail).response();
            case UNAVAILABLE -> {
                LOG.log(System.Logger.Level.WARNING, "the store cannot serve a request", exception);
                yield Problem.of(503, "The store cannot be reached", detail).response(LATER);
            }
        };
    }

    /** What the framework refuses: unknown path, method, media type. */
    @ServerExceptionMapper
    Response framework(WebApplicationException exception) {
        int status = exception.getResponse().getStatus();
        Response.StatusType reason = Response.Status.fromStatusCode(status);
        String title = reason == null ? "Refused" : reason.getReasonPhrase();
        return Problem.of(status, title, title + ": see /q/openapi for what can be asked")
                .response();
    }

    @ServerExceptionMapper
    Response unexpected(Exception exception) {
        LOG.log(System.Logger.Level.ERROR, "a request failed", exception);
        return Problem.of(500, "A fault of the service", "the log of the service has the details")
                .response();
    }
}
