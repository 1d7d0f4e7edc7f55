package dev.tenth;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.Architectures;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import dev.tenth.app.Generated;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The rooms of the house and what each may import. CONTRIBUTING's table is made from this list by {@code make generated}. */
@AnalyzeClasses(packages = "dev.tenth", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {
    private static final String ROOT = "dev.tenth";
    /** What every room may import. */
    private static final String SHARED = "text";

    private static final List<Room> ROOMS = List.of(
            new Room(SHARED, "how text from outside is quoted; every room may import it"),
            new Room("torch", "staged tensors, programs, optimizers, native memory; the only room that knows DJL"),
            new Room("data", "data sets: packaged, downloaded, uploaded"),
            new Room(
                    "recipe",
                    "the contract of a system: parameters, presets, training, what it shows and can do",
                    "torch",
                    "data"),
            new Room("recipes", "the systems, by chapter", "torch", "data", "recipe"),
            new Room(
                    "event",
                    "the types of events, their one codec, the one fold of a run's log (state now, what is superseded)"),
            new Room("store", "the ports event log, checkpoints, blobs; `store.embedded` on SQLite and files", "event"),
            new Room("http", "what the HTTP protocols share: problem documents, bodies of requests, WebSockets"),
            new Room(
                    "run",
                    "lifecycle, worker threads, scheduler, commands, recovery",
                    "torch",
                    "data",
                    "recipe",
                    "event",
                    "store"),
            new Room(
                    "stream",
                    "viewers: cursors on the log as Mutiny `Multi`s; WebSocket, SSE and NDJSON",
                    "http",
                    "event",
                    "store"),
            new Room(
                    "serve",
                    "models in use: `serve.engine`, and on it `inference` (Open Inference Protocol), `text` (completions), `latent` (walks)",
                    "torch",
                    "recipe",
                    "http",
                    "event",
                    "store",
                    "run"),
            new Room(
                    "api",
                    "REST, and the contract",
                    "torch",
                    "data",
                    "recipe",
                    "http",
                    "event",
                    "store",
                    "run",
                    "serve"),
            new Room(
                    "app",
                    "configuration, security, start and end",
                    "torch",
                    "data",
                    "recipe",
                    "recipes",
                    "event",
                    "store",
                    "http",
                    "run",
                    "stream",
                    "serve",
                    "api"));

    private static final Pattern SENTENCE = Pattern.compile("may import the rooms [^.]*");
    private static final Pattern NAME = Pattern.compile("\\{@code[\\s*]+(\\w+)}");
    private static final String[] WITHOUT_FRAMEWORK = {"torch", "data", "recipe", "recipes", "event", "store"};

    /**
     * A package below the root, with those below it.
     *
     * @param what lives there
     * @param imports the rooms that it may import, beside the shared one
     */
    private record Room(String name, String what, String... imports) {
        String classes() {
            return ROOT + "." + name + "..";
        }

        String row() {
            String may = imports.length == 0 ? "nothing" : String.join(", ", imports);
            return "| `%s` | %s | %s |\n".formatted(name, what, name.equals("app") ? "all" : may);
        }
    }

    @ArchTest
    static final ArchRule eachRoomImportsOnlyWhatItMay = layers();

    private static LayeredArchitecture layers() {
        LayeredArchitecture rule = Architectures.layeredArchitecture().consideringOnlyDependenciesInLayers();
        for (Room room : ROOMS) {
            rule = rule.layer(room.name()).definedBy(room.classes());
        }
        for (Room room : ROOMS) {
            rule = room.name().equals(SHARED)
                    ? rule.whereLayer(SHARED).mayNotAccessAnyLayer()
                    : rule.whereLayer(room.name())
                            .mayOnlyAccessLayers(Stream.concat(Stream.of(SHARED), Arrays.stream(room.imports()))
                                    .toArray(String[]::new));
        }
        return rule;
    }

    @ArchTest
    static void everyPackageIsARoom(JavaClasses classes) {
        Set<String> packages = classes.stream()
                .map(each -> each.getPackageName().split("\\."))
                .map(parts -> parts[ROOT.split("\\.").length])
                .collect(Collectors.toCollection(TreeSet::new));
        assertThat(packages).isEqualTo(ROOMS.stream().map(Room::name).collect(Collectors.toCollection(TreeSet::new)));
    }

    @ArchTest
    static final ArchRule noRoomImportsAnotherInACircle =
            slices().matching(ROOT + ".(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theCoreKnowsNoWebFramework = noClasses()
            .that()
            .resideInAnyPackage(Arrays.stream(WITHOUT_FRAMEWORK)
                    .map(room -> ROOT + "." + room + "..")
                    .toArray(String[]::new))
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quarkus..", "io.vertx..", "jakarta.ws..", "jakarta.inject..", "jakarta.enterprise..");

    @ArchTest
    static final ArchRule onlyTheTrainingCoreKnowsDjl = noClasses()
            .that()
            .resideOutsideOfPackage(ROOT + ".torch..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");

    @ArchTest
    static final ArchRule eachFolderOfServeImportsOnlyWhatItMay = Architectures.layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("engine")
            .definedBy("dev.tenth.serve.engine")
            .layer("inference")
            .definedBy("dev.tenth.serve.inference")
            .layer("text")
            .definedBy("dev.tenth.serve.text")
            .layer("latent")
            .definedBy("dev.tenth.serve.latent")
            .whereLayer("engine")
            .mayNotAccessAnyLayer()
            .whereLayer("inference")
            .mayOnlyAccessLayers("engine")
            .whereLayer("text")
            .mayOnlyAccessLayers("engine", "inference")
            .whereLayer("latent")
            .mayOnlyAccessLayers("engine");

    @Test
    void contributingHasTheSameTable() throws IOException {
        String rows = ROOMS.stream().map(Room::row).collect(Collectors.joining());
        Generated.check(
                Path.of("CONTRIBUTING.md"),
                "<!-- rooms: written by make generated -->\n",
                "<!-- end of rooms -->",
                "| room | what lives there | may import |\n|---|---|---|\n" + rows + "\n`"
                        + String.join("`, `", WITHOUT_FRAMEWORK) + "` know no web framework.\n");
    }

    @Test
    void whatAPackageInfoTellsOfImportsIsTheSame() throws IOException {
        for (Room room : ROOMS) {
            String text = Files.readString(Path.of("src/main/java/dev/tenth", room.name(), "package-info.java"));
            List<String> told = SENTENCE.matcher(text)
                    .results()
                    .flatMap(sentence -> NAME.matcher(sentence.group()).results())
                    .map(name -> name.group(1))
                    .toList();
            if (!told.isEmpty()) {
                assertThat(told).as(room.name()).containsExactly(room.imports());
            }
        }
    }
}
