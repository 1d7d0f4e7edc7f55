package dev.tenth.recipes.preparation;

import dev.tenth.torch.HostTensor;
import dev.tenth.torch.TensorSource;
import java.util.List;

/** Each lane's point once more in double precision, with the slots of its optimizer: a part of the run's state as well. */
final class Twins {
    /** The numbers that one lane takes: x and y, each with its slots. */
    private static final int LANE = 2 * DoubleRule.MEMORY;

    private final Surface surface;
    private final List<Lane> lanes;
    private double[] memory;

    Twins(Surface surface, List<Lane> lanes, double x, double y) {
        this.surface = surface;
        this.lanes = lanes;
        this.memory = new double[LANE * lanes.size()];
        for (int at = 0; at < memory.length; at += LANE) {
            // The same start as in float32, to the last bit.
            memory[at] = (float) x;
            memory[at + DoubleRule.MEMORY] = (float) y;
        }
    }

    /** One step of all lanes. */
    void step(Racing.Lanes race, long step) {
        for (int i = 0; i < lanes.size(); i++) {
            Lane lane = lanes.get(i);
            int x = LANE * i;
            int y = x + DoubleRule.MEMORY;
            double[] slope = surface.slope(memory[x], memory[y]);
            DoubleRule.step(lane.optimizer(), memory, x, slope[0], race.rate(lane), step);
            DoubleRule.step(lane.optimizer(), memory, y, slope[1], race.rate(lane), step);
        }
    }

    /** How far a lane's point is from its twin, relative to the twin's distance from the origin. */
    double deviation(int lane, double[] point) {
        double x = memory[LANE * lane];
        double y = memory[LANE * lane + DoubleRule.MEMORY];
        return Math.hypot(point[0] - x, point[1] - y) / Math.hypot(x, y);
    }

    HostTensor save() {
        return HostTensor.of(memory.clone(), memory.length);
    }

    void load(TensorSource saved) {
        memory = saved.read().doubles();
    }
}
