package dev.tenth.fuzz;

import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.lifecycle.AfterContainerHook;
import net.jqwik.api.lifecycle.AroundPropertyHook;
import net.jqwik.api.lifecycle.ContainerLifecycleContext;
import net.jqwik.api.lifecycle.PropagationMode;
import net.jqwik.api.lifecycle.PropertyExecutionResult;
import net.jqwik.api.lifecycle.PropertyExecutor;
import net.jqwik.api.lifecycle.PropertyLifecycleContext;

/**
 * Around the properties of a fuzz test: the seed that {@code -Dfuzz.seed} gives (a failure prints its own), {@code -Dfuzz.times} as
 * many tries, and at the end a look at the service.
 */
final class FuzzHook implements AroundPropertyHook, AfterContainerHook {
    @Override
    public PropagationMode propagateTo() {
        return PropagationMode.ALL_DESCENDANTS;
    }

    @Override
    public PropertyExecutionResult aroundProperty(PropertyLifecycleContext context, PropertyExecutor property) {
        String seed = System.getProperty("fuzz.seed");
        if (seed != null) {
            context.attributes().setSeed(seed);
        }
        // The generators have the edges of their values themselves; jqwik's would take the place of all else.
        context.attributes().setEdgeCases(EdgeCasesMode.NONE);
        int tries = context.attributes().tries().orElseThrow();
        context.attributes().setTries(tries * Integer.getInteger("fuzz.times", 1));
        return property.execute();
    }

    @Override
    public void afterContainer(ContainerLifecycleContext context) throws Exception {
        FuzzedService.get().clear();
        FuzzedService.get().assertHealthy();
    }
}
