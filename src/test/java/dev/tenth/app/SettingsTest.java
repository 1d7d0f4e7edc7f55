package dev.tenth.app;

import com.sun.source.doctree.DocCommentTree;
import com.sun.source.doctree.LiteralTree;
import com.sun.source.tree.AnnotationTree;
import com.sun.source.tree.ClassTree;
import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.MethodTree;
import com.sun.source.tree.Tree;
import com.sun.source.util.DocTrees;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePath;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.Test;

/** The README's table of settings is made from {@link TenthConfig}: names, defaults and comments. */
class SettingsTest {
    private static final Path SOURCE = Path.of("src/main/java/dev/tenth/app/TenthConfig.java");
    private static final String BEGIN = "<!-- settings: written by make generated -->\n";
    private static final String END = "<!-- end of settings -->";

    private final StringBuilder table = new StringBuilder("| variable | default | |\n|---|---|---|\n");
    private DocTrees docs;
    private CompilationUnitTree unit;

    @Test
    void theReadmeListsEverySettingAsTheCodeHasIt() throws Exception {
        JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
        try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
            JavacTask task =
                    (JavacTask) compiler.getTask(null, files, null, List.of(), null, files.getJavaFileObjects(SOURCE));
            docs = DocTrees.instance(task);
            unit = task.parse().iterator().next();
        }
        ClassTree config = (ClassTree) unit.getTypeDecls().getFirst();
        rows(new TreePath(new TreePath(unit), config), config, "TENTH_");
        Generated.check(Path.of("README.md"), BEGIN, END, table.toString());
    }

    /** One row for each setting, group by group. */
    private void rows(TreePath place, ClassTree group, String prefix) {
        for (Tree member : group.getMembers()) {
            if (member instanceof MethodTree setting) {
                String name = prefix
                        + setting.getName()
                                .toString()
                                .replaceAll("([A-Z])", "_$1")
                                .toUpperCase(Locale.ROOT);
                String type = setting.getReturnType().toString();
                ClassTree inner = group.getMembers().stream()
                        .filter(ClassTree.class::isInstance)
                        .map(ClassTree.class::cast)
                        .filter(each -> each.getSimpleName().contentEquals(type))
                        .findFirst()
                        .orElse(null);
                if (inner != null) {
                    rows(new TreePath(place, inner), inner, name + "_");
                } else {
                    table.append("| `%s` | %s | %s |\n"
                            .formatted(name, value(setting), comment(new TreePath(place, setting))));
                }
            }
        }
    }

    private static String value(MethodTree setting) {
        for (AnnotationTree annotation : setting.getModifiers().getAnnotations()) {
            if (annotation.getAnnotationType().toString().equals("WithDefault")) {
                String argument = annotation.getArguments().getFirst().toString();
                return "`" + argument.replaceAll("^.*?\"|\"$", "").replace("${user.home}", "~") + "`";
            }
        }
        return "none";
    }

    private String comment(TreePath setting) {
        DocCommentTree comment = docs.getDocCommentTree(setting);
        if (comment == null) {
            throw new AssertionError(setting.getLeaf() + ": a setting without a comment");
        }
        return comment.getFullBody().stream()
                .map(part ->
                        part instanceof LiteralTree code ? "`" + code.getBody().getBody() + "`" : part.toString())
                .collect(Collectors.joining())
                .replaceAll("\\s+", " ")
                .replaceAll("\\.$", "")
                .replace("|", "\\|");
    }
}
