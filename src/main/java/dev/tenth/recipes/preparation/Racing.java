package dev.tenth.recipes.preparation;

import dev.tenth.recipe.Parameter;
import dev.tenth.recipe.Parameters;
import java.util.List;

/** The parameters of a recipe in which optimizers race. */
public interface Racing extends Parameters {
    Lanes race();

    /** Which optimizers race, and how fast each. */
    record Lanes(
            @Parameter(help = "Which optimizers race: their names, separated by commas", max = 100)
            String lanes,

            @Parameter(help = "SGD's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double sgdRate,

            @Parameter(help = "Momentum's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double momentumRate,

            @Parameter(help = "Nesterov's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double nesterovRate,

            @Parameter(help = "AdaGrad's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double adagradRate,

            @Parameter(help = "AdaDelta's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double adadeltaRate,

            @Parameter(help = "RMSProp's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double rmspropRate,

            @Parameter(help = "Adam's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double adamRate,

            @Parameter(help = "Adamax's learning rate", min = 0, minExclusive = true, max = 100, turnable = true)
            double adamaxRate) {
        public Lanes {
            Lane.parse(lanes);
        }

        /** The learning rates of the post. SGD's was chosen; the others are the defaults of their papers or of libraries. */
        public static Lanes atPostsRates(String lanes) {
            return new Lanes(lanes, .1, .05, .05, .01, 1, .001, .002, .004);
        }

        public List<Lane> raced() {
            return Lane.parse(lanes);
        }

        /** The learning rate of a lane. */
        public double rate(Lane lane) {
            return switch (lane) {
                case SGD -> sgdRate;
                case MOMENTUM -> momentumRate;
                case NESTEROV -> nesterovRate;
                case ADAGRAD -> adagradRate;
                case ADADELTA -> adadeltaRate;
                case RMSPROP -> rmspropRate;
                case ADAM -> adamRate;
                case ADAMAX -> adamaxRate;
            };
        }
    }
}
