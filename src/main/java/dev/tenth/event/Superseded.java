package dev.tenth.event;

import java.util.ArrayList;
import java.util.List;

/** Which events of a log no longer count, because the run went on from earlier states. Immutable. */
public final class Superseded {
    public static final Superseded NOTHING = new Superseded(List.of());

    private final List<Resumption> resumptions;

    private Superseded(List<Resumption> resumptions) {
        this.resumptions = resumptions;
    }

    private record Resumption(long seq, EventData.Resumed data) {
        boolean takesBack(Event event) {
            return event.seq() < seq
                    && (event.is(EventType.CHECKPOINT)
                            ? data.takesBackCheckpoint(event.seq(), event.step())
                            : data.takesBack(event.seq(), event.step()));
        }
    }

    /** The same, after the run went on once more. */
    Superseded with(long seq, EventData.Resumed resumed) {
        List<Resumption> more = new ArrayList<>(resumptions);
        more.add(new Resumption(seq, resumed));
        return new Superseded(List.copyOf(more));
    }

    /** Whether an event no longer counts; what did happen, as commands did, always counts. */
    public boolean contains(Event event) {
        return !resumptions.isEmpty()
                && EventType.named(event.type())
                        .filter(EventType::isSupersedable)
                        .isPresent()
                && resumptions.stream().anyMatch(resumption -> resumption.takesBack(event));
    }

    /** Whether viewers do not see an event: they see all that is lossless, also where it no longer counts. */
    public boolean hides(Event event) {
        return !EventType.isLossless(event.type()) && contains(event);
    }
}
