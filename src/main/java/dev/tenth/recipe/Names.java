package dev.tenth.recipe;

import dev.tenth.torch.DType;
import dev.tenth.torch.Shape;
import dev.tenth.torch.TensorSource;
import dev.tenth.torch.Variable;
import java.util.ArrayList;
import java.util.List;

/** Names in a model's state, so that a checkpoint alone can tell what its classes or attributes are called. */
public final class Names {
    private Names() {}

    /** A variable that holds names: their code points, a row each, {@code int64 [names, longest]}. */
    public static Variable variable(String variable, List<String> names) {
        int longest = names.stream().mapToInt(String::length).max().orElseThrow();
        return new Variable(
                variable,
                DType.INT64,
                Shape.of(names.size(), longest),
                (index, _) -> {
                    String name = names.get((int) index / longest);
                    int place = (int) index % longest;
                    return place < name.length() ? name.charAt(place) : 0;
                },
                Variable.Role.STATE);
    }

    /** The names in the saved value of such a variable. */
    public static List<String> of(TensorSource saved) {
        int longest = (int) saved.shape()[1];
        List<String> names = new ArrayList<>();
        StringBuilder name = new StringBuilder();
        long[] characters = saved.read().longs();
        for (int i = 0; i < characters.length; i++) {
            if (characters[i] != 0) {
                name.append((char) characters[i]);
            }
            if (i % longest == longest - 1) {
                names.add(name.toString());
                name.setLength(0);
            }
        }
        return names;
    }
}
