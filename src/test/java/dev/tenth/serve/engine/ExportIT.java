package dev.tenth.serve.engine;

import io.quarkus.test.junit.QuarkusIntegrationTest;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

/** The same against the native executable: what reflection it lacks shows here. On the JVM the other has it tested already. */
@QuarkusIntegrationTest
@EnabledIfEnvironmentVariable(named = "TENTH_RUNTIME", matches = "native")
class ExportIT extends ExportTest {}
