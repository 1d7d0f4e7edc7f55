package dev.tenth.contract;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.tenth.contract.ContractDocument.Operation;
import io.restassured.filter.Filter;
import io.restassured.filter.FilterContext;
import io.restassured.response.Response;
import io.restassured.specification.FilterableRequestSpecification;
import io.restassured.specification.FilterableResponseSpecification;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Holds each exchange of a test against the OpenAPI document: an answer has a status, a media type, headers and a body that stand
 * there, and so has a request that was granted. Where the document has nothing, the service has nothing.
 */
public final class ContractFilter implements Filter {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ContractDocument DOCUMENT = ContractDocument.OPEN_API;
    /** The rest are the dashboard's pages and files. */
    private static final Pattern COVERED = Pattern.compile("/(api|ws|v1|v2|q)(/.*)?");

    private static final String LINES = "application/x-ndjson";
    private static final Set<Integer> REFUSED = Set.of(400, 401, 403, 404);
    /** Every path takes the token of a browser that signs in. */
    private static final String SIGNING_IN = "token";

    private static final int METHOD_NOT_ALLOWED = 405;
    private static final int SIGNED_IN = 303;

    @Override
    public Response filter(
            FilterableRequestSpecification request,
            FilterableResponseSpecification specification,
            FilterContext context) {
        Response response = context.next(request, specification);
        // Jakarta REST gives the same for a path that ends in a slash.
        String path = URI.create(request.getURI()).getRawPath().replaceFirst("(?<=.)/$", "");
        String method = request.getMethod().toLowerCase(Locale.ROOT);
        boolean signsIn = response.statusCode() == SIGNED_IN && request.getURI().contains("token=");
        if (COVERED.matcher(path).matches() && !method.equals("options") && !signsIn) {
            check(method, path, request, response);
        }
        return response;
    }

    private static void check(String method, String path, FilterableRequestSpecification request, Response response) {
        String what = method + " " + path + " -> " + response.statusCode();
        List<Operation> operations = DOCUMENT.operations(path);
        Optional<Operation> operation = operations.stream()
                .filter(each -> each.method().equals(method.equals("head") ? "get" : method))
                .findFirst();
        if (operation.isEmpty()) {
            boolean refused = REFUSED.contains(response.statusCode())
                    || !operations.isEmpty() && response.statusCode() == METHOD_NOT_ALLOWED;
            assertThat(refused).as(what + " is not in the document").isTrue();
            return;
        }
        JsonNode documented = DOCUMENT.responses(operation.get()).get(response.statusCode());
        assertThat(documented).as(what + " is not documented").isNotNull();
        headers(what, documented, response);
        if (!method.equals("head")) {
            body(what, documented.path("content"), response.contentType(), response);
        }
        if (response.statusCode() < 300) {
            granted(what, operation.get(), request);
        }
    }

    private static void headers(String what, JsonNode documented, Response response) {
        documented.path("headers").properties().forEach(header -> {
            JsonNode about = DOCUMENT.resolved(header.getValue());
            if (about.path("required").asBoolean()) {
                assertThat(response.header(header.getKey()))
                        .as(what + ": " + header.getKey())
                        .isNotNull();
            }
        });
    }

    private static void body(String what, JsonNode content, String type, Response response) {
        if (content.isEmpty()) {
            assertThat(response.asByteArray()).as(what + ": body").isEmpty();
            return;
        }
        Optional<JsonNode> documented = mediaType(content, type, false);
        assertThat(documented).as(what + ": media type " + type).isPresent();
        JsonNode schema = documented.get().path("schema");
        if (type.startsWith(LINES)) {
            response.asString().lines().forEach(line -> valid(what, schema, line));
        } else if (isJson(type)) {
            valid(what, schema, response.asString());
        }
    }

    private static boolean isJson(String type) {
        return type.split(";")[0].endsWith("json");
    }

    private static Optional<JsonNode> mediaType(JsonNode content, String type, boolean ranges) {
        String plain = String.valueOf(type).split(";")[0].strip().toLowerCase(Locale.ROOT);
        return content.properties().stream()
                .filter(each -> each.getKey().equals(plain)
                        || ranges
                                && plain.matches(
                                        each.getKey().replace("+", "\\+").replace("*", ".*")))
                .map(Map.Entry::getValue)
                .findFirst();
    }

    private static void valid(String what, JsonNode schema, String json) {
        try {
            assertThat(DOCUMENT.faults(schema, JSON.readTree(json)))
                    .as(what + ": " + json)
                    .isEmpty();
        } catch (JsonProcessingException e) {
            throw new AssertionError(what + ": not JSON: " + json, e);
        }
    }

    /** What the service takes is what the document allows. */
    private static void granted(String what, Operation operation, FilterableRequestSpecification request) {
        Set<String> parameters = DOCUMENT.parameters(operation).stream()
                .map(parameter -> parameter.path("name").asText())
                .collect(Collectors.toCollection(TreeSet::new));
        parameters.add(SIGNING_IN);
        assertThat(parameters)
                .as(what + ": query parameters")
                .containsAll(request.getQueryParams().keySet());
        JsonNode content = operation.about().path("requestBody").path("content");
        if (request.getBody() == null || content.isMissingNode()) {
            return;
        }
        Optional<JsonNode> documented = mediaType(content, request.getContentType(), true);
        assertThat(documented)
                .as(what + ": request of " + request.getContentType())
                .isPresent();
        if (isJson(request.getContentType())) {
            valid(what + ": request", documented.get().path("schema"), text(request.getBody()));
        }
    }

    private static String text(Object body) {
        return body instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : body.toString();
    }
}
