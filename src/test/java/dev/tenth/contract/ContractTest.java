package dev.tenth.contract;

import static io.restassured.RestAssured.given;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import dev.tenth.contract.ContractDocument.Operation;
import io.quarkus.test.junit.QuarkusTest;
import io.quarkus.websockets.next.WebSocket;
import io.restassured.response.Response;
import io.restassured.specification.RequestSpecification;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.PUT;
import jakarta.ws.rs.Path;
import java.lang.annotation.Annotation;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The OpenAPI document tells all that the service has, and what it tells of refusals happens. {@link ContractFilter} looks at every answer. */
@QuarkusTest
class ContractTest {
    private static final ContractDocument DOCUMENT = ContractDocument.OPEN_API;
    private static final List<Class<? extends Annotation>> METHODS =
            List.of(GET.class, POST.class, PUT.class, DELETE.class);
    private static final List<Integer> FIRST_REFUSED = List.of(400, 415, 422, 426);

    @Test
    void theDocumentIsServedAsItIsWritten() throws Exception {
        JsonNode served = new ObjectMapper()
                .readTree(given().get("/q/openapi?format=json").asByteArray());
        assertThat(served).isEqualTo(DOCUMENT.root());
    }

    @Test
    void everyResourceAndWebSocketIsInTheDocumentAndNothingElse() {
        Set<String> documented = DOCUMENT.operations().stream()
                .filter(operation ->
                        !operation.path().startsWith("/q/") || operation.path().equals("/q/asyncapi"))
                .map(Operation::toString)
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(resources()).isEqualTo(documented);
    }

    private static Set<String> resources() {
        Set<String> all = new TreeSet<>();
        for (JavaClass type :
                new ClassFileImporter(List.of(new ImportOption.DoNotIncludeTests())).importPackages("dev.tenth")) {
            if (type.isAnnotatedWith(WebSocket.class)) {
                all.add("GET " + type.getAnnotationOfType(WebSocket.class).path());
            }
            if (type.isAnnotatedWith(Path.class)) {
                String base = type.getAnnotationOfType(Path.class).value();
                type.getMethods().forEach(method -> METHODS.stream()
                        .filter(method::isAnnotatedWith)
                        .forEach(verb -> all.add(verb.getSimpleName() + " " + template(base, method))));
            }
        }
        return all;
    }

    /** Without the patterns of parameters. */
    private static String template(String base, JavaMethod method) {
        String path = base
                + (method.isAnnotatedWith(Path.class)
                        ? method.getAnnotationOfType(Path.class).value()
                        : "");
        return path.replaceAll("\\{(\\w+):(?:[^{}]|\\{\\d+})*}", "{$1}");
    }

    @Test
    void whatQuarkusServesIsThere() {
        DOCUMENT.operations().stream()
                .filter(operation -> operation.path().startsWith("/q/"))
                .forEach(operation -> assertThat(given().get(operation.path()).statusCode())
                        .as(operation.path())
                        .isEqualTo(200));
    }

    static Stream<Operation> operations() {
        return DOCUMENT.operations().stream();
    }

    /** Nothing has these names. */
    private static String path(Operation operation) {
        return operation
                .path()
                .replace("{sha256}", "0".repeat(64))
                .replace("{step}", "7")
                .replace("{version}", "7")
                .replaceAll("\\{[^}]*}", "nothing");
    }

    private static Response ask(Operation operation, RequestSpecification request) {
        return request.request(operation.method(), path(operation));
    }

    private static RequestSpecification withBody(Operation operation) {
        JsonNode types = operation.about().path("requestBody").path("content");
        RequestSpecification request = given();
        if (types.has("application/json")) {
            request.contentType("application/json").body("{}");
        } else if (!types.isMissingNode()) {
            request.contentType("application/octet-stream").body(new byte[] {1});
        }
        return request;
    }

    private static void provoked(Operation operation, int status, Response response) {
        Map<Integer, JsonNode> documented = DOCUMENT.responses(operation);
        if (documented.containsKey(status)) {
            assertThat(response.statusCode())
                    .as(operation + ": " + response.asString())
                    .isEqualTo(status);
        } else {
            assertThat(response.statusCode())
                    .as(operation + ": " + response.asString())
                    .isNotEqualTo(status);
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void whatIsNotThereIsNotFound(Operation operation) {
        Response response = ask(operation, withBody(operation));
        if (DOCUMENT.responses(operation).containsKey(404) && !FIRST_REFUSED.contains(response.statusCode())) {
            assertThat(response.statusCode()).as(response.asString()).isEqualTo(404);
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aForeignHostIsRefused(Operation operation) {
        provoked(operation, 403, ask(operation, withBody(operation).header("Host", "evil.example")));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aHostThatIsNoneIsRefused(Operation operation) {
        provoked(operation, 400, ask(operation, withBody(operation).header("Host", "local host")));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void whatIsNotGivenIsNotAcceptable(Operation operation) {
        provoked(operation, 406, ask(operation, withBody(operation).accept("audio/midi")));
    }

    @ParameterizedTest
    @MethodSource("operations")
    void aCompressedBodyIsNotSupported(Operation operation) {
        RequestSpecification request = withBody(operation);
        if (DOCUMENT.responses(operation).containsKey(415)) {
            provoked(
                    operation,
                    415,
                    ask(operation, request.header("Content-Encoding", "gzip").body(new byte[] {1})));
        }
    }

    @ParameterizedTest
    @MethodSource("operations")
    void anotherMethodIsNotAllowed(Operation operation) {
        if (!operation.path().startsWith("/q/")) { // Quarkus gives those to any
            int status = given().request("PATCH", path(operation)).statusCode();
            assertThat(status).as(operation.toString()).isIn(404, 405);
        }
    }
}
