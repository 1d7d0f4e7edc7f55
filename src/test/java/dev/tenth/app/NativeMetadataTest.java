package dev.tenth.app;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.oracle.svm.configure.config.ConfigurationFileCollection;
import dev.tenth.recipes.Recipes;
import java.io.IOException;
import java.io.InputStream;
import java.lang.invoke.MethodType;
import java.lang.reflect.Field;
import java.lang.reflect.RecordComponent;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Pattern;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;

/**
 * What the native executable is told about reflection, JNI and resources. Its builder passes over a name that does not exist
 * without a word, so each is looked up here.
 */
class NativeMetadataTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path METADATA = Path.of("src/main/resources/META-INF/native-image/dev.tenth");
    private static final Path BY_HAND = METADATA.resolve("tenth/reachability-metadata.json");
    private static final Path RECIPES = METADATA.resolve("recipes/reachability-metadata.json");

    private static final String NATIVES = "jnilib/linux-x86_64/cpu/libdjl_torch.so";
    /** OutputStream.write(byte[], int, int), for writing a TorchScript module, which Tenth does itself. */
    private static final String SAVE = "([BII)V";

    private static final Pattern CLASS = Pattern.compile("(ai|java|org)(/[\\w$]+)+");
    private static final Pattern DESCRIPTOR =
            Pattern.compile("\\((\\[*([BCDFIJSZ]|L[\\w/$]+;))*\\)(V|\\[*([BCDFIJSZ]|L[\\w/$]+;))");

    @Test
    void everyRecipesRecordCanBeReadAndMade() throws IOException {
        ObjectNode root = JSON.createObjectNode();
        root.put(
                "comment",
                "Written by make generated: the parameter records, which Schema reads and makes by reflection.");
        ArrayNode types = root.putArray("reflection");
        Set<String> names = new TreeSet<>();
        Recipes.all()
                .forEach(recipe ->
                        collect(recipe.presets().getFirst().parameters().getClass(), names));
        names.forEach(name -> types.addObject()
                .put("type", name)
                .put("allDeclaredConstructors", true)
                .put("allDeclaredMethods", true));
        Generated.check(RECIPES, root.toPrettyString() + "\n");
    }

    /** A record and the records in it. */
    private static void collect(Class<?> record, Set<String> names) {
        names.add(record.getName());
        Arrays.stream(record.getRecordComponents())
                .map(RecordComponent::getType)
                .filter(Class::isRecord)
                .forEach(inner -> collect(inner, names));
    }

    /**
     * JNI looks names up in texts that stand whole in the library. One that a new version of it asks for and nobody wrote down would
     * be a crash of the executable alone.
     */
    @Test
    void theNativesAskForNothingThatIsNotWrittenDown() throws Exception {
        Set<String> classes = new TreeSet<>();
        Set<String> descriptors = new TreeSet<>();
        for (JsonNode type : JSON.readTree(Files.readString(BY_HAND)).path("reflection")) {
            if (type.path("jniAccessible").asBoolean()) {
                classes.add(type.path("type").asText().replace('.', '/'));
                for (JsonNode method : type.path("methods")) {
                    descriptors.add(descriptor(type, method));
                }
            }
        }
        byte[] library;
        try (InputStream file = getClass().getClassLoader().getResourceAsStream(NATIVES)) {
            library = file.readAllBytes();
        }
        List<String> texts = Arrays.stream(new String(library, StandardCharsets.ISO_8859_1).split("\0"))
                .toList();
        List<String> asked =
                texts.stream().filter(text -> CLASS.matcher(text).matches()).toList();
        assertThat(asked).hasSizeGreaterThan(4).allSatisfy(name -> assertThat(classes)
                .contains(name));
        List<String> called = texts.stream()
                .filter(text -> DESCRIPTOR.matcher(text).matches())
                .filter(text -> !text.equals(SAVE))
                .toList();
        assertThat(called).hasSizeGreaterThan(3).allSatisfy(descriptor -> assertThat(descriptors)
                .contains(descriptor));
    }

    private static String descriptor(JsonNode type, JsonNode method) throws ReflectiveOperationException {
        Class<?>[] parameters = parameters(method);
        String name = method.path("name").asText();
        Class<?> result = name.equals("<init>")
                ? void.class
                : load(type.path("type").asText())
                        .getDeclaredMethod(name, parameters)
                        .getReturnType();
        return MethodType.methodType(result, parameters).toMethodDescriptorString();
    }

    @Test
    void everyNameExistsAndHasItsReason() throws Exception {
        JsonNode root = JSON.readTree(Files.readString(BY_HAND));
        List<JsonNode> types = new ArrayList<>();
        root.path("reflection").forEach(types::add);
        assertThat(types).isNotEmpty();
        for (JsonNode type : types) {
            assertThat(root.path("comment").path(type.path("type").asText()).asText())
                    .as(type.toString())
                    .isNotEmpty();
            Class<?> found = load(type.path("type").asText());
            for (JsonNode field : type.path("fields")) {
                assertThat(Arrays.stream(found.getDeclaredFields()).map(Field::getName))
                        .contains(field.path("name").asText());
            }
            for (JsonNode method : type.path("methods")) {
                Class<?>[] parameters = parameters(method);
                String name = method.path("name").asText();
                // Throws if there is none.
                assertThat(
                                name.equals("<init>")
                                        ? found.getDeclaredConstructor(parameters)
                                        : found.getDeclaredMethod(name, parameters))
                        .isNotNull();
            }
        }
        for (JsonNode resource : root.path("resources")) {
            assertThat(getClass()
                            .getClassLoader()
                            .getResource(resource.path("glob").asText()))
                    .as(resource.toString())
                    .isNotNull();
        }
    }

    /** In its strict mode, as our build asks for it: a word that is not native-image's is an error. */
    @Test
    void nativeImagesOwnParserReadsIt() throws Exception {
        ConfigurationFileCollection files = new ConfigurationFileCollection();
        files.addDirectory(BY_HAND.getParent());
        files.addDirectory(RECIPES.getParent());
        // It asks for its older files as well, which are not there.
        Function<IOException, Exception> report = e -> e instanceof NoSuchFileException ? null : e;
        assertThat(files.loadReflectConfig(report).isEmpty()).isFalse();
        assertThat(files.loadResourceConfig(report).isEmpty()).isFalse();
    }

    private static Class<?>[] parameters(JsonNode method) {
        return StreamSupport.stream(method.path("parameterTypes").spliterator(), false)
                .map(name -> load(name.asText()))
                .toArray(Class<?>[]::new);
    }

    private static Class<?> load(String name) {
        return switch (name) {
            case "int" -> int.class;
            case "long" -> long.class;
            case "boolean" -> boolean.class;
            case "byte[]" -> byte[].class;
            default -> {
                try {
                    yield Class.forName(name, false, NativeMetadataTest.class.getClassLoader());
                } catch (ClassNotFoundException e) {
                    throw new AssertionError(name + ": no such class", e);
                }
            }
        };
    }
}
