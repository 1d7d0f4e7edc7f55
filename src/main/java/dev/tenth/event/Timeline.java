package dev.tenth.event;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The fold of a run's log: how the run stands, and what of its events counts since it last went on from an earlier state. It takes
 * the events in order, all of them or those of the types that somebody wants to know about and of {@link EventType#RUN_RESUMED}.
 * For one thread.
 */
public final class Timeline {
    /** Points of one metric; where there are more, every second one is left out, so that older parts become sparser. */
    static final int MOST_POINTS = 4_000;

    private final CurrentState current = new CurrentState();
    private final Map<String, List<Point>> metrics = new LinkedHashMap<>();
    private final Map<EventType, Map<String, List<Event>>> shown = new LinkedHashMap<>();
    private final List<EventData.CommandApplied> commands = new ArrayList<>();
    private Optional<Event> nonFinite = Optional.empty();
    private Superseded superseded = Superseded.NOTHING;

    private record Point(long seq, long step, Double value) {}

    /**
     * One metric over the steps.
     *
     * @param values null where one was not finite
     */
    public record Line(List<Long> steps, List<Double> values) {}

    /** Takes in the next event. One of a type that only a newer version knows tells nothing. */
    public void take(Event event) {
        EventCodec.decode(event).ifPresent(data -> take(event, data));
    }

    private void take(Event event, EventData data) {
        current.take(event.step(), event.at(), data);
        switch (data) {
            case EventData.Resumed resumed -> goOnFrom(event, resumed);
            case EventData.CommandApplied command -> commands.add(command);
            case EventData.NonFinite _ -> nonFinite = Optional.of(event);
            case EventData.Metrics told -> told.values().forEach((name, value) -> measure(event, name, value));
            case EventData.Curve curve -> show(event, data.type(), curve.id());
            case EventData.Field field -> show(event, data.type(), field.id());
            case EventData.Image image -> show(event, data.type(), image.id());
            case EventData.Text text -> show(event, data.type(), text.id());
            case EventData.Histogram histogram -> show(event, data.type(), histogram.id());
            case EventData.Matrix matrix -> show(event, data.type(), matrix.id());
            case EventData.Trail trail -> show(event, data.type(), trail.id());
            case EventData.State _, EventData.Checkpoint _, EventData.Gap _ -> {}
        }
    }

    private void goOnFrom(Event event, EventData.Resumed resumed) {
        superseded = superseded.with(event.seq(), resumed);
        metrics.values().forEach(points -> points.removeIf(point -> resumed.takesBack(point.seq(), point.step())));
        shown.values().forEach(byId -> {
            byId.values().forEach(events -> events.removeIf(each -> resumed.takesBack(each.seq(), each.step())));
            byId.values().removeIf(List::isEmpty);
        });
        nonFinite = nonFinite.filter(found -> !resumed.takesBack(found.seq(), found.step()));
    }

    private void measure(Event event, String name, double value) {
        List<Point> points = metrics.computeIfAbsent(name, _ -> new ArrayList<>());
        points.add(new Point(event.seq(), event.step(), Double.isNaN(value) ? null : value));
        if (points.size() > MOST_POINTS) {
            thin(points);
        }
    }

    /** The first and the last stay. */
    private static void thin(List<Point> points) {
        List<Point> kept = new ArrayList<>();
        for (int i = 0; i < points.size(); i++) {
            if (i % 2 == 0 || i == points.size() - 1) {
                kept.add(points.get(i));
            }
        }
        points.clear();
        points.addAll(kept);
    }

    private void show(Event event, EventType type, String id) {
        shown.computeIfAbsent(type, _ -> new LinkedHashMap<>())
                .computeIfAbsent(id, _ -> new ArrayList<>())
                .add(event);
    }

    /** How the run stands. */
    public CurrentState current() {
        return current;
    }

    public Superseded superseded() {
        return superseded;
    }

    /** All metrics by name, in the order in which they were first told; a long one has fewer points. */
    public Map<String, Line> metrics() {
        Map<String, Line> lines = new LinkedHashMap<>();
        metrics.forEach((name, points) -> lines.put(
                name,
                new Line(
                        points.stream().map(Point::step).toList(),
                        points.stream().map(Point::value).toList())));
        return lines;
    }

    /** What was shown of a type, by its id, oldest first. */
    public Map<String, List<Event>> shown(EventType type) {
        return Collections.unmodifiableMap(shown.getOrDefault(type, Map.of()));
    }

    /** All commands that took effect, also those after which the run went on from an earlier state: they did happen. */
    public List<EventData.CommandApplied> commands() {
        return Collections.unmodifiableList(commands);
    }

    /** The steps whose checkpoints are pinned. */
    public Set<Long> pinned() {
        Set<Long> pinned = new HashSet<>();
        for (EventData.CommandApplied command : commands) {
            switch (command.command()) {
                case EventData.CommandApplied.PIN ->
                    pinned.add(command.checkpoint().orElseThrow());
                case EventData.CommandApplied.UNPIN ->
                    pinned.remove(command.checkpoint().orElseThrow());
                default -> {} // it pins nothing
            }
        }
        return pinned;
    }

    /** Where values that are not finite were found, if that counts. */
    public Optional<Event> nonFinite() {
        return nonFinite;
    }
}
