package dev.tenth;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The rooms of the house and what each may import. */
@AnalyzeClasses(packages = "dev.tenth", importOptions = ImportOption.DoNotIncludeTests.class)
class RoomsTest {

    @ArchTest
    static final ArchRule eachRoomImportsOnlyWhatItMay = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .withOptionalLayers(true)
            .layer("torch")
            .definedBy("dev.tenth.torch..")
            .layer("data")
            .definedBy("dev.tenth.data..")
            .layer("recipe")
            .definedBy("dev.tenth.recipe..")
            .layer("recipes")
            .definedBy("dev.tenth.recipes..")
            .layer("text")
            .definedBy("dev.tenth.text..")
            .layer("store")
            .definedBy("dev.tenth.store..")
            .layer("http")
            .definedBy("dev.tenth.http..")
            .layer("run")
            .definedBy("dev.tenth.run..")
            .layer("stream")
            .definedBy("dev.tenth.stream..")
            .layer("serve")
            .definedBy("dev.tenth.serve..")
            .layer("api")
            .definedBy("dev.tenth.api..")
            .layer("app")
            .definedBy("dev.tenth.app..")
            .whereLayer("text")
            .mayNotAccessAnyLayer()
            .whereLayer("torch")
            .mayNotAccessAnyLayer()
            .whereLayer("data")
            .mayOnlyAccessLayers("text")
            .whereLayer("recipe")
            .mayOnlyAccessLayers("text", "torch", "data")
            .whereLayer("recipes")
            .mayOnlyAccessLayers("text", "torch", "data", "recipe")
            .whereLayer("store")
            .mayOnlyAccessLayers("text")
            .whereLayer("http")
            .mayOnlyAccessLayers("text")
            .whereLayer("run")
            .mayOnlyAccessLayers("text", "torch", "data", "recipe", "store")
            .whereLayer("stream")
            .mayOnlyAccessLayers("text", "http", "store", "run")
            .whereLayer("serve")
            .mayOnlyAccessLayers("text", "http", "torch", "recipe", "store", "run")
            .whereLayer("api")
            .mayOnlyAccessLayers("text", "http", "torch", "data", "recipe", "store", "run", "serve");

    @ArchTest
    static final ArchRule noRoomImportsAnotherInACircle =
            slices().matching("dev.tenth.(*)..").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule theCoreKnowsNoWebFramework = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.tenth.torch..",
                    "dev.tenth.data..",
                    "dev.tenth.recipe..",
                    "dev.tenth.recipes..",
                    "dev.tenth.store..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.quarkus..", "io.vertx..", "jakarta.ws..", "jakarta.inject..", "jakarta.enterprise..");

    @ArchTest
    static final ArchRule onlyTheTrainingCoreKnowsDjl = noClasses()
            .that()
            .resideOutsideOfPackage("dev.tenth.torch..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("ai.djl..");
}
