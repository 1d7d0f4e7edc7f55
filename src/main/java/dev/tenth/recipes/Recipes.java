package dev.tenth.recipes;

import dev.tenth.recipe.Recipe;
import dev.tenth.recipes.cnn.Lenet;
import dev.tenth.recipes.gan.Dcgan;
import dev.tenth.recipes.gan.Gan1d;
import dev.tenth.recipes.gan.GanDigits;
import dev.tenth.recipes.gan.Vae;
import dev.tenth.recipes.gan.VaeGan;
import dev.tenth.recipes.mlp.Heart;
import dev.tenth.recipes.mlp.MlpDigits;
import dev.tenth.recipes.preparation.Logistic;
import dev.tenth.recipes.preparation.Optimizers;
import dev.tenth.recipes.rnn.CharRnn;
import java.util.List;

/** The systems of the house, in reading order. A new one is entered here. */
public final class Recipes {
    private Recipes() {}

    public static List<Recipe<?>> all() {
        return List.of(
                new Optimizers(),
                new Logistic(),
                new MlpDigits(),
                new Heart(),
                new Lenet(),
                new CharRnn(),
                new Gan1d(),
                new GanDigits(),
                new Dcgan(),
                new Vae(),
                new VaeGan());
    }
}
