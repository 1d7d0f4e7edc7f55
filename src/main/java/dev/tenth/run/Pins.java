package dev.tenth.run;

import dev.tenth.store.Event;
import dev.tenth.store.RunLog;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/** The steps of a run whose checkpoints somebody pinned: a fold of its log. */
final class Pins {
    static final String PIN = "pin";
    static final String UNPIN = "unpin";
    /** The field of {@code command.applied} that names the step of the checkpoint. */
    static final String CHECKPOINT = "checkpoint";

    private Pins() {}

    static Set<Long> of(RunLog log, String run) {
        Set<Long> pinned = new HashSet<>();
        for (Event event : AppliedCommands.read(log, run, Set.of(PIN, UNPIN))) {
            Map<String, Object> data = JsonObjects.read(event.data());
            long step = ((Number) data.get(CHECKPOINT)).longValue();
            if (data.get("type").equals(PIN)) {
                pinned.add(step);
            } else {
                pinned.remove(step);
            }
        }
        return pinned;
    }
}
