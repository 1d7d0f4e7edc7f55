package dev.tenth.run;

import dev.tenth.store.Event;
import dev.tenth.store.RunLog;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The metrics of a run over its steps: a fold of its log, without what a resumed run took back. */
public final class MetricHistory {
    /** Points of one metric; where there are more, every second one is left out, so that older parts become sparser. */
    static final int MOST_POINTS = 4_000;

    private static final int PAGE = 1_000;

    private final Map<String, List<Point>> lines = new LinkedHashMap<>();

    private MetricHistory() {}

    /**
     * One metric.
     *
     * @param values null where one was not finite
     */
    public record Line(List<Long> steps, List<Double> values) {}

    private record Point(long seq, long step, Double value) {}

    /** All metrics of a run by name, in the order in which they were first told. */
    public static Map<String, Line> of(RunLog log, String run) {
        MetricHistory history = new MetricHistory();
        List<String> types = List.of(EventType.METRICS.wire(), EventType.RUN_RESUMED.wire());
        long seq = 0;
        for (List<Event> page;
                !(page = log.read(run, seq, PAGE, types)).isEmpty();
                seq = page.getLast().seq()) {
            page.forEach(history::take);
        }
        Map<String, Line> lines = new LinkedHashMap<>();
        history.lines.forEach((name, points) -> lines.put(
                name,
                new Line(
                        points.stream().map(Point::step).toList(),
                        points.stream().map(Point::value).toList())));
        return lines;
    }

    private void take(Event event) {
        Map<String, Object> data = JsonObjects.read(event.data());
        if (event.type().equals(EventType.RUN_RESUMED.wire())) {
            long last = ((Number) data.get("fromSeq")).longValue();
            lines.values().forEach(points -> points.removeIf(point -> point.seq() > last));
            return;
        }
        ((Map<?, ?>) data.get("values")).forEach((name, value) -> {
            List<Point> points = lines.computeIfAbsent(name.toString(), _ -> new ArrayList<>());
            points.add(
                    new Point(event.seq(), event.step(), value instanceof Number number ? number.doubleValue() : null));
            if (points.size() > MOST_POINTS) {
                thin(points);
            }
        });
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
}
