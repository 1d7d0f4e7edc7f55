package dev.tenth.run;

import dev.tenth.store.Event;
import dev.tenth.store.RunLog;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What a log tells of commands that took effect. Superseded ones are among them: they did happen. */
final class AppliedCommands {
    private static final int PAGE = 1_000;

    private AppliedCommands() {}

    /** The events of commands of some types, oldest first. */
    static List<Event> read(RunLog log, String run, Set<String> types) {
        List<Event> found = new ArrayList<>();
        long seq = 0;
        for (; ; ) {
            List<Event> page = log.read(run, seq, PAGE, List.of(EventType.COMMAND_APPLIED.wire()));
            if (page.isEmpty()) {
                return found;
            }
            page.stream()
                    .filter(event -> types.contains(
                            JsonObjects.read(event.data()).get("type").toString()))
                    .forEach(found::add);
            seq = page.getLast().seq();
        }
    }
}
