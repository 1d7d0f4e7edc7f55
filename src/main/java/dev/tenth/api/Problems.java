package dev.tenth.api;

import dev.tenth.data.DataException;
import dev.tenth.data.Library;
import dev.tenth.http.ErrorForm;
import dev.tenth.http.Problem;
import dev.tenth.http.Problem.FieldError;
import dev.tenth.http.ProblemMapper;
import dev.tenth.recipe.Schema.InvalidParametersException;
import dev.tenth.run.Runs.RefusedException;
import dev.tenth.serve.engine.ModelException;
import dev.tenth.store.StoreException;
import dev.tenth.text.Excerpt;
import io.quarkus.arc.All;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import jakarta.inject.Singleton;
import jakarta.ws.rs.WebApplicationException;
import jakarta.ws.rs.core.HttpHeaders;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.util.List;
import org.jboss.resteasy.reactive.server.ServerExceptionMapper;

/** Answers every error of every resource: as the path's protocol writes it, else as problem+json. */
@Singleton
public class Problems implements ProblemMapper {
    private static final System.Logger LOG = System.getLogger(Problems.class.getName());
    private static final int RETRY_SECONDS = 10;
    /** For a place that is free as soon as another request is over. */
    private static final int RETRY_SOON_SECONDS = 1;

    private final List<ErrorForm> forms;

    Problems(@All List<ErrorForm> forms) {
        this.forms = forms;
    }

    @ServerExceptionMapper
    public Response answer(Throwable failure, RoutingContext exchange) {
        Problem problem = failure instanceof WebApplicationException refusal
                ? framework(refusal.getResponse().getStatus(), exchange)
                : problem(failure);
        String path = exchange.normalizedPath();
        Response.ResponseBuilder answer = Response.status(problem.status());
        forms.stream()
                .filter(form -> form.covers(path))
                .findFirst()
                .ifPresentOrElse(
                        form -> answer.type(MediaType.APPLICATION_JSON).entity(form.body(problem, failure)),
                        () -> answer.type(Problem.MEDIA_TYPE).entity(problem));
        if (problem.status() == 503 || problem.status() == 507) {
            boolean soon = failure instanceof ModelException || failure instanceof Problem.Exception;
            answer.header(HttpHeaders.RETRY_AFTER, soon ? RETRY_SOON_SECONDS : RETRY_SECONDS);
        }
        return answer.build();
    }

    @Override
    public Problem problem(Throwable failure) {
        String detail = failure.getMessage();
        return switch (failure) {
            case Problem.Exception exception -> exception.problem();
            case ModelException exception ->
                Problem.of(exception.reason().status(), exception.reason().title(), detail);
            case RefusedException exception -> refused(exception, detail);
            case InvalidParametersException exception ->
                Problem.of(
                        422,
                        "Invalid parameters",
                        detail,
                        exception.violations().stream()
                                .map(v -> new FieldError(v.field(), v.value(), v.allowed()))
                                .toArray(FieldError[]::new));
            case DataException _ -> Problem.of(422, "Unusable data", detail);
            case StoreException exception -> store(exception, detail);
            case Library.TooLargeException _ -> Problem.of(413, "File too large", detail);
            case Library.StorageException _ -> Problem.of(507, "Disk full", detail);
            case Library.BusyException _ -> Problem.of(503, "No room", detail);
            default -> {
                LOG.log(System.Logger.Level.ERROR, "a request failed", failure);
                yield Problem.of(500, "Internal error", "the service's log has the details");
            }
        };
    }

    private static Problem refused(RefusedException exception, String detail) {
        FieldError[] errors = exception.field().isEmpty()
                ? new FieldError[0]
                : new FieldError[] {new FieldError(exception.field(), null, detail)};
        return switch (exception.reason()) {
            case NO_SUCH_RUN -> Problem.of(404, "No such run", detail);
            case NO_SUCH_RECIPE -> Problem.of(422, "No such recipe", detail, errors);
            case NO_SUCH_PRESET -> Problem.of(422, "No such preset", detail, errors);
            case NO_SUCH_CHECKPOINT -> Problem.of(422, "No such checkpoint", detail, errors);
            case TOO_MANY_PINS -> Problem.of(409, "Too many pins", detail, errors);
            case WRONG_STATE -> Problem.of(409, "Wrong state", detail, errors);
            case OTHER_VERSION -> Problem.of(409, "Stored by another version", detail, errors);
            case KEY_CONFLICT -> Problem.of(409, "Idempotency key already used", detail, errors);
            case MODEL_TOO_LARGE -> Problem.of(422, "Model too large", detail, errors);
            case UNFIT_STATE -> Problem.of(422, "State does not fit the recipe", detail, errors);
            case QUEUE_FULL -> Problem.of(503, "No room", detail);
            case BUSY, LEAVING -> Problem.of(503, "Try again later", detail);
        };
    }

    /** The store fails, not the request: whoever asks again later may be served. */
    private static Problem store(StoreException exception, String detail) {
        return switch (exception.reason()) {
            case FULL -> Problem.of(507, "Disk full", detail);
            case CORRUPT -> Problem.of(409, "Corrupt", detail);
            case MISSING -> Problem.of(404, "Not found", detail);
            case UNAVAILABLE -> {
                LOG.log(System.Logger.Level.WARNING, "the store cannot serve a request", exception);
                yield Problem.of(503, "Store unavailable", detail);
            }
        };
    }

    /** What the framework refuses. */
    private static Problem framework(int status, RoutingContext exchange) {
        HttpServerRequest request = exchange.request();
        String path = Excerpt.quoted(exchange.normalizedPath());
        String detail =
                switch (status) {
                    case 404 -> "path: there is nothing at " + path;
                    case 405 -> "method: " + Excerpt.of(request.method().name()) + " is not a method of " + path;
                    case 406 -> header(request, HttpHeaders.ACCEPT) + " is not a type that " + path + " produces";
                    case 415 -> header(request, HttpHeaders.CONTENT_TYPE) + " is not a type that " + path + " accepts";
                    default -> "the request was refused";
                };
        Response.StatusType reason = Response.Status.fromStatusCode(status);
        return Problem.of(
                status, reason == null ? "Refused" : reason.getReasonPhrase(), detail + "; see /q/openapi for the API");
    }

    private static String header(HttpServerRequest request, String name) {
        return name + ": " + Excerpt.quoted(request.getHeader(name));
    }
}
