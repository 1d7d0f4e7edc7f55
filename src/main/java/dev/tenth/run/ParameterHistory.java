package dev.tenth.run;

import dev.tenth.event.EventData.CommandApplied;
import dev.tenth.event.EventType;
import dev.tenth.recipe.Parameters;
import dev.tenth.recipe.Recipe;
import dev.tenth.recipe.Schema;
import dev.tenth.store.RunEntry;
import dev.tenth.store.RunLog;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The parameters of a run over its steps: those with which it began, and every {@code set} of its log. A set is part of the
 * record: a run that goes on from a checkpoint meets it again at the same step, also where the event was superseded.
 */
final class ParameterHistory<P extends Record & Parameters> {
    private final Schema<P> schema;
    private final P first;
    /** What was turned after which step; of two sets at one step the later event has the last word. */
    private final TreeMap<Long, Map<String, Object>> turns = new TreeMap<>();

    private ParameterHistory(Schema<P> schema, P first) {
        this.schema = schema;
        this.first = first;
    }

    /**
     * Those of a run. What is on its way to the log must be flushed.
     *
     * @throws Runs.RefusedException if there is one that this version does not know
     */
    static <P extends Record & Parameters> ParameterHistory<P> of(Recipe<P> recipe, RunLog log, RunEntry run) {
        Schema<P> schema = Schema.of(recipe);
        List<CommandApplied> sets = log.timeline(run.id(), EventType.COMMAND_APPLIED).commands().stream()
                .filter(command -> command.command().equals(CommandApplied.SET))
                .toList();
        Map<String, Object> began = StoredParameters.values(run);
        for (CommandApplied set : sets.reversed()) {
            began.putAll(set.previous()); // the oldest one has the last word
        }
        return StoredParameters.known(recipe, run, () -> {
            P preset = StoredParameters.ofPreset(recipe, run);
            ParameterHistory<P> history = new ParameterHistory<>(schema, schema.with(preset, began));
            for (CommandApplied set : sets) {
                history.turn(set.step(), set.parameters());
                history.after(set.step()); // can be read
            }
            return history;
        });
    }

    /** Turns parameters after a step. */
    void turn(long step, Map<String, Object> parameters) {
        turns.computeIfAbsent(step, s -> new LinkedHashMap<>()).putAll(parameters);
    }

    /** Whether something was turned after this step. */
    boolean at(long step) {
        return turns.containsKey(step);
    }

    /** The parameters with which the run began. */
    P first() {
        return first;
    }

    /** The parameters in force after what was turned at this step. */
    P after(long step) {
        Map<String, Object> changes = new LinkedHashMap<>();
        turns.headMap(step, true).values().forEach(changes::putAll);
        return schema.with(first, changes);
    }
}
