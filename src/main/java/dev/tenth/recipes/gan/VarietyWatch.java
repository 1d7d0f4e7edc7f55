package dev.tenth.recipes.gan;

import dev.tenth.recipe.Shown;
import dev.tenth.recipes.cnn.DigitScorer;
import dev.tenth.torch.Executable;
import dev.tenth.torch.Program;
import dev.tenth.torch.Randomness;
import dev.tenth.torch.Tensor;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Trace;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.function.Consumer;
import java.util.stream.IntStream;

/** Watches over the variety of a generator's digits in a run: what {@link SampleJudge} sees, and {@link CollapseAlarm} makes of it. */
final class VarietyWatch {
    /** The digits as bins: each around its number. */
    private static final double[] EDGES =
            IntStream.rangeClosed(0, 10).mapToDouble(i -> i - .5).toArray();

    private final SampleJudge judge;
    private CollapseAlarm alarm = CollapseAlarm.SILENT;

    /** @param scorer whose weights the executable of the program needs */
    VarietyWatch(DigitScorer scorer) {
        this.judge = new SampleJudge(scorer);
    }

    /**
     * Adds the method that is called here.
     *
     * @param samples makes so many pictures, {@code [n, 784]} from 0 to 1
     */
    void trace(Program.Builder methods, BiFunction<Trace, Integer, Tensor> samples) {
        judge.trace(methods, samples);
    }

    /** Judges the generator after a step and shows which digits it makes, and the alarm. */
    Map<String, Double> look(Executable program, long seed, long step, Consumer<Shown> show) {
        SampleJudge.Judgement judgement =
                SampleJudge.judge(program.call("judgeSamples").with("seed", Randomness.mix(seed, "judge " + step)));
        alarm = alarm.after(step, judgement);
        show.accept(new Shown.Histogram("classes", EDGES, Map.of("samples", judgement.counts())));
        show.accept(new Shown.Text("alarm", alarm.text(step, judgement)));
        Map<String, Double> metrics = judgement.metrics();
        metrics.put("collapsed", alarm.hasFired() ? 1.0 : 0.0);
        if (alarm.hasFired()) {
            metrics.put("collapseStep", (double) alarm.firedAt());
        }
        return metrics;
    }

    /** Adds what it remembers to a state. */
    void save(Map<String, TensorSource> state) {
        state.put(CollapseAlarm.STATE, alarm.saved());
    }

    void load(Map<String, TensorSource> state) {
        alarm = CollapseAlarm.of(state);
    }
}
