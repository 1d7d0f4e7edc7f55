package dev.tenth.recipes;

import dev.tenth.recipe.Recipe;
import dev.tenth.recipes.gan.Gan1d;
import dev.tenth.recipes.mlp.Heart;
import dev.tenth.recipes.rnn.CharRnn;
import java.util.List;

/** The systems of the house, in reading order. A new one is entered here. */
public final class Recipes {
    private Recipes() {}

    public static List<Recipe<?>> all() {
        return List.of(new Heart(), new CharRnn(), new Gan1d());
    }
}
