package dev.tenth.contract;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.networknt.schema.JsonMetaSchema;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.NonValidationKeyword;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** One of the two documents of the contract: finds what it tells of a path, and validates by its schemas. */
final class ContractDocument {
    static final ContractDocument OPEN_API = new ContractDocument("/META-INF/openapi.yaml");
    static final ContractDocument ASYNC_API = new ContractDocument("/META-INF/asyncapi.yaml");

    private static final JsonSchemaFactory FACTORY = JsonSchemaFactory.getInstance(
            SpecVersion.VersionFlag.V202012,
            builder -> builder.metaSchema(JsonMetaSchema.builder(JsonMetaSchema.getV202012())
                    .keyword(new NonValidationKeyword("components"))
                    .build()));
    private static final Set<String> METHODS = Set.of("get", "post", "put", "delete");
    private static final Pattern PARAMETER = Pattern.compile("\\{([^}]*)}");

    private final JsonNode root;
    private final Map<JsonNode, JsonSchema> schemas = new ConcurrentHashMap<>();

    private ContractDocument(String resource) {
        try (InputStream file = ContractDocument.class.getResourceAsStream(resource)) {
            root = new YAMLMapper().readTree(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** What may be asked of a path with a method. */
    record Operation(String method, String path, JsonNode about) {
        @Override
        public String toString() {
            return method.toUpperCase(java.util.Locale.ROOT) + " " + path;
        }
    }

    JsonNode root() {
        return root;
    }

    List<Operation> operations() {
        return root.path("paths").properties().stream()
                .flatMap(path -> path.getValue().properties().stream()
                        .filter(method -> METHODS.contains(method.getKey()))
                        .map(method -> new Operation(method.getKey(), path.getKey(), method.getValue())))
                .toList();
    }

    /** The operations of a path as it is asked for; of several templates that of the fewest parameters, then the longest. */
    List<Operation> operations(String asked) {
        Optional<String> template = operations().stream()
                .map(Operation::path)
                .filter(path -> pattern(path).matcher(asked).matches())
                .min(Comparator.<String>comparingLong(
                                path -> PARAMETER.matcher(path).results().count())
                        .thenComparing(path -> -path.length()));
        return operations().stream()
                .filter(operation -> template.isPresent() && operation.path().equals(template.get()))
                .toList();
    }

    private static Pattern pattern(String template) {
        return Pattern.compile(Stream.of(PARAMETER.splitWithDelimiters(template, 0))
                .map(part -> PARAMETER.matcher(part).matches() ? "[^/]+" : Pattern.quote(part))
                .collect(Collectors.joining()));
    }

    /** The parameters of an operation. */
    List<JsonNode> parameters(Operation operation) {
        return operation
                .about()
                .path("parameters")
                .valueStream()
                .map(this::resolved)
                .toList();
    }

    /** The answers of an operation by their status. */
    Map<Integer, JsonNode> responses(Operation operation) {
        return operation.about().path("responses").properties().stream()
                .collect(Collectors.toMap(
                        response -> Integer.parseInt(response.getKey()), response -> resolved(response.getValue())));
    }

    /** What a reference refers to; any other node itself. */
    JsonNode resolved(JsonNode node) {
        return node.path("$ref").isTextual()
                ? resolved(root.at(node.get("$ref").textValue().substring(1)))
                : node;
    }

    /** What is wrong with a value, by one of the document's schemas; empty if nothing is. */
    Set<String> faults(JsonNode schema, JsonNode value) {
        return schemas.computeIfAbsent(schema, this::compiled).validate(value).stream()
                .map(Object::toString)
                .collect(Collectors.toCollection(TreeSet::new));
    }

    private JsonSchema compiled(JsonNode schema) {
        ObjectNode whole = schema.deepCopy();
        whole.set("components", root.path("components"));
        return FACTORY.getSchema(
                whole,
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build());
    }
}
