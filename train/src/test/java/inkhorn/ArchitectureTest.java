package inkhorn;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleName;
import static com.tngtech.archunit.lang.conditions.ArchConditions.accessField;
import static com.tngtech.archunit.lang.conditions.ArchConditions.callMethod;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.mapping;
import static java.util.stream.Collectors.toList;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaModifier;
import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.core.importer.Location;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchCondition;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.lang.ConditionEvents;
import com.tngtech.archunit.lang.SimpleConditionEvent;
import com.tngtech.archunit.library.dependencies.SliceAssignment;
import com.tngtech.archunit.library.dependencies.SliceIdentifier;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/** The arrows and habits of docs/adr/001-modules.md and 002-kernels-behind-one-interface.md. */
@AnalyzeClasses(packages = "inkhorn", importOptions = {ImportOption.DoNotIncludeTests.class,
    ArchitectureTest.NoTestJars.class})
final class ArchitectureTest {

    /** Base classes of exceptions: caught by their name, and extended for one kind of error only. */
    private static final Set<String> EXTENSIBLE = Set.of("inkhorn.config.UserError", "inkhorn.data.DataException");

    @ArchTest
    static final ArchRule autogradStandsOnTheJdkAndSlf4jAlone = classes().that().resideInAPackage("inkhorn.autograd..")
            .should().onlyDependOnClassesThat()
            .resideInAnyPackage("inkhorn.autograd..", "java..", "jdk.incubator.vector..", "org.slf4j..");

    @ArchTest
    static final ArchRule nnStandsOnAutogradAlone = classes().that().resideInAPackage("inkhorn.nn..")
            .should().onlyDependOnClassesThat().resideInAnyPackage("inkhorn.nn..", "inkhorn.autograd..", "java..",
            "org.slf4j..");

    @ArchTest
    static final ArchRule modelsKnowNoFileFormat = noClasses().that().resideInAPackage("inkhorn.nn")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.nn.hf..", "inkhorn.optim..");

    @ArchTest
    static final ArchRule lookingInsideKnowsNoTrainer = noClasses().that().resideInAPackage("inkhorn.inspect..")
            .should().dependOnClassesThat().resideInAPackage("inkhorn.train..");

    @ArchTest
    static final ArchRule optimizersStandOnParametersAndKernels = classes().that().resideInAPackage("inkhorn.optim..")
            .should().onlyDependOnClassesThat(resideInAnyPackage("inkhorn.optim..", "inkhorn.autograd..", "java..")
            .or(simpleName("Parameter")));

    @ArchTest
    static final ArchRule dataKnowsNoOtherModule = noClasses().that().resideInAPackage("inkhorn.data..")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn..")
            .and(not(resideInAnyPackage("inkhorn.data.."))));

    @ArchTest
    static final ArchRule packagesOfDataDependInOneDirection = layeredArchitecture()
            .consideringOnlyDependenciesInLayers()
            .layer("files").definedBy("inkhorn.data.files..")
            .layer("data").definedBy("inkhorn.data")
            .layer("tokenizer").definedBy("inkhorn.data.tokenizer..")
            .layer("source").definedBy("inkhorn.data.source..")
            .layer("prepare").definedBy("inkhorn.data.prepare..")
            .whereLayer("files").mayNotAccessAnyLayer()
            .whereLayer("data").mayOnlyAccessLayers("files")
            .whereLayer("tokenizer").mayOnlyAccessLayers("files", "data")
            .whereLayer("source").mayOnlyAccessLayers("files", "data")
            .whereLayer("prepare").mayOnlyAccessLayers("files", "data", "tokenizer", "source");

    @ArchTest
    static final ArchRule packagesOfDataHaveNoCycles = slices().matching("inkhorn.data.(*)..").should()
            .beFreeOfCycles();

    @ArchTest
    static final ArchRule tokenizerKindsKnowNoRegistry = noClasses().that()
            .resideInAPackage("inkhorn.data.tokenizer.(*)..")
            .should().dependOnClassesThat(simpleName("Tokenizers"));

    @ArchTest
    static final ArchRule tokenizerKindsKnowNoOtherKind = slices().matching("inkhorn.data.tokenizer.(*)..").should()
            .notDependOnEachOther();

    @ArchTest
    static final ArchRule nothingStandsOnTheCommandLine = noClasses().that().resideOutsideOfPackage("inkhorn.cli..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.cli..", "picocli..", "me.tongfei..",
            "org.jline..");

    @ArchTest
    static final ArchRule checkpointsKnowNoTrainer = noClasses().that().resideInAPackage("inkhorn.checkpoint..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.train..", "inkhorn.generate..",
            "inkhorn.config..");

    @ArchTest
    static final ArchRule generatingKnowsNoTrainer = noClasses().that().resideInAPackage("inkhorn.generate..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.train..", "inkhorn.config..");

    @ArchTest
    static final ArchRule logsKnowOfTrainingItsRecordsAlone = noClasses().that().resideInAPackage("inkhorn.train.log..")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn.train").and(not(simpleName("RunRecord")))
                    .and(not(simpleName("Stepped"))).and(not(simpleName("Sampled"))).and(not(simpleName("Losses"))));

    @ArchTest
    static final ArchRule onlyOneLogKnowsMlflowsClient = noClasses().that(not(simpleName("MlflowLog")))
            .should().dependOnClassesThat().resideInAnyPackage("org.mlflow..", "org.mlflow_project..");

    @ArchTest
    static final ArchRule trainingKnowsNoMpi = noClasses().that().resideInAPackage("inkhorn.train..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.mpi..", "inkhorn.cli..");

    @ArchTest
    static final ArchRule onlyMpiAndTheRelaunchCallTheSystem = noClasses().that()
            .resideOutsideOfPackage("inkhorn.mpi..").and(not(simpleName("Replacement")))
            .should().dependOnClassesThat().resideInAPackage("com.sun.jna..");

    @ArchTest
    static final ArchRule mpiKnowsOfTrainingTheRanksAlone = noClasses().that().resideInAPackage("inkhorn.mpi..")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn..")
                    .and(not(resideInAnyPackage("inkhorn.mpi..", "inkhorn.train.parallel.."))));

    @ArchTest
    static final ArchRule exchangingKnowsNoTrainer = noClasses().that().resideInAPackage("inkhorn.exchange..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.train..", "inkhorn.config..");

    @ArchTest
    static final ArchRule ownFilesKnowNoForeignFormat = noClasses().that()
            .resideInAnyPackage("inkhorn.checkpoint..", "inkhorn.generate..", "inkhorn.inspect..")
            .should().dependOnClassesThat().resideInAPackage("inkhorn.exchange..");

    @ArchTest
    static final ArchRule startingKnowsNoCommand = noClasses().that().resideInAPackage("inkhorn.cli.launch..")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn..")
                    .and(not(resideInAnyPackage("inkhorn.cli.launch..", "inkhorn.autograd.kernel.."))));

    @ArchTest
    static final ArchRule theTerminalKnowsNoOption = noClasses().that().resideInAPackage("inkhorn.cli.terminal..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.cli", "inkhorn.cli.options..",
            "inkhorn.cli.machine..", "picocli..");

    @ArchTest
    static final ArchRule theMachineKnowsNoOption = noClasses().that().resideInAPackage("inkhorn.cli.machine..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.cli", "inkhorn.cli.options..", "picocli..");

    @ArchTest
    static final ArchRule optionsKnowNoCommand = noClasses().that().resideInAPackage("inkhorn.cli.options..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.cli");

    @ArchTest
    static final ArchRule roomsOfCommandsKnowNoProgram = noClasses().that().resideInAnyPackage("inkhorn.cli.data..",
            "inkhorn.cli.inspect..", "inkhorn.cli.exchange..", "inkhorn.cli.context..")
            .should().dependOnClassesThat().resideInAPackage("inkhorn.cli");

    @ArchTest
    static final ArchRule onlyTheCommandLinePlans = noClasses()
            .that().resideOutsideOfPackages("inkhorn.plan..", "inkhorn.cli..")
            .should().dependOnClassesThat().resideInAPackage("inkhorn.plan..");

    @ArchTest
    static final ArchRule nothingStandsOnTheServer = noClasses()
            .that().resideOutsideOfPackages("inkhorn.serve..", "inkhorn.cli..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.serve..", "io.undertow..", "org.xnio..");

    @ArchTest
    static final ArchRule theServerKnowsNoModel = noClasses().that().resideInAPackage("inkhorn.serve")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn..")
                    .and(not(resideInAnyPackage("inkhorn.serve", "inkhorn.data.files.."))));

    @ArchTest
    static final ArchRule onlyTheServerKnowsItsLibrary = noClasses().that()
            .resideOutsideOfPackage("inkhorn.serve")
            .should().dependOnClassesThat().resideInAnyPackage("io.undertow..", "org.xnio..");

    @ArchTest
    static final ArchRule featuresOfTheServerKnowNoOther = slices()
            .matching("inkhorn.serve.(api|play|runs)..").should().notDependOnEachOther();

    @ArchTest
    static final ArchRule theApiKnowsNoTraining = noClasses().that()
            .resideInAnyPackage("inkhorn.serve.api..", "inkhorn.serve.model..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.train..", "inkhorn.config..");

    @ArchTest
    static final ArchRule batchesKnowNoServer = noClasses().that().resideInAPackage("inkhorn.generate..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.serve..", "inkhorn.inspect..");

    @ArchTest
    static final ArchRule reportsKnowNoCommand = noClasses().that().resideInAPackage("inkhorn.report..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.serve..", "inkhorn.plan..");

    @ArchTest
    static final ArchRule thePlaygroundKnowsNoTraining = noClasses().that().resideInAPackage("inkhorn.serve.play..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.train..", "inkhorn.optim..",
            "inkhorn.serve.runs..");

    @ArchTest
    static final ArchRule onlyTheCommandLinePrints = noClasses().that().resideOutsideOfPackage("inkhorn.cli..")
            .should(accessField(System.class, "out")).orShould(accessField(System.class, "err"))
            .orShould(callMethod(Throwable.class, "printStackTrace"));

    @ArchTest
    static final ArchRule onlyTheCommandLineExits = noClasses().that().resideOutsideOfPackage("inkhorn.cli..")
            .should(callMethod(System.class, "exit", int.class)).orShould(callMethod(Runtime.class, "exit", int.class))
            .orShould(callMethod(Runtime.class, "halt", int.class));

    @ArchTest
    static final ArchRule modulesNameNoKernels = noClasses().that().resideInAPackage("inkhorn.nn..")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn.autograd.kernel..").and(not(simpleName("Unary")))
            .and(not(simpleName("RowNorm"))));

    @ArchTest
    static final ArchRule onlyTheListOfBackEndsNamesThem = noClasses()
            .that().resideOutsideOfPackages("inkhorn.autograd.kernel", "inkhorn.autograd.kernel.scalar..",
            "inkhorn.autograd.kernel.vector..")
            .should().dependOnClassesThat(resideInAnyPackage("inkhorn.autograd.kernel.scalar..",
            "inkhorn.autograd.kernel.vector..")
            .and(not(simpleName("PeakProbe"))));

    @ArchTest
    static final ArchRule backEndsKnowNoOther = noClasses().that().resideInAPackage("inkhorn.autograd.kernel.scalar..")
            .should().dependOnClassesThat().resideInAPackage("inkhorn.autograd.kernel.vector..");

    @ArchTest
    static final ArchRule kernelsKnowNoTensors = noClasses().that().resideInAPackage("inkhorn.autograd.kernel..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.autograd", "inkhorn.autograd.ops..");

    @ArchTest
    static final ArchRule productsKnowNoKernels = noClasses().that()
            .resideInAPackage("inkhorn.autograd.kernel.vector.gemm..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.autograd.kernel.vector");

    @ArchTest
    static final ArchRule loopsAndThreadsStandOnTheContractAlone = noClasses()
            .that().resideInAnyPackage("inkhorn.autograd.kernel.vector.loops..",
            "inkhorn.autograd.kernel.vector.workers..")
            .should().dependOnClassesThat().resideInAnyPackage("inkhorn.autograd.kernel.vector",
            "inkhorn.autograd.kernel.vector.gemm..");

    @ArchTest
    static final ArchRule onlyVectorKernelsUseTheVectorApi = noClasses().that()
            .resideOutsideOfPackage("inkhorn.autograd.kernel.vector..")
            .should().dependOnClassesThat().resideInAPackage("jdk.incubator.vector..");

    /** More than that and nobody finds a class by reading the list. Of ops there is a file for each. */
    private static final int MOST_CLASSES = 25;

    @ArchTest
    static void packagesAreRoomsThatCanBeSurveyed(JavaClasses all) {
        Map<String, List<String>> rooms = files(all)
                .collect(groupingBy(JavaClass::getPackageName, mapping(JavaClass::getSimpleName, toList())));
        rooms.remove("inkhorn.autograd.ops");
        assertThat(rooms)
                .allSatisfy((room, names) -> assertThat(names).as(room).hasSizeLessThanOrEqualTo(MOST_CLASSES));
    }

    @ArchTest
    static void noTwoFilesHaveOneName(JavaClasses all) {
        Map<String, List<String>> names = files(all)
                .collect(groupingBy(JavaClass::getSimpleName, mapping(JavaClass::getName, toList())));
        assertThat(names).allSatisfy((name, classes) -> assertThat(classes).as(name).hasSize(1));
    }

    private static Stream<JavaClass> files(JavaClasses all) {
        return all.stream().filter(type -> type.isTopLevelClass() && !type.getSimpleName().equals("package-info"));
    }

    /** A command depends on itself, its nested classes among it, and on no other. */
    @ArchTest
    static final ArchRule commandsKnowNoOther = slices().assignedFrom(new SliceAssignment() {

        @Override
        public SliceIdentifier getIdentifierOf(JavaClass type) {
            String command = type.getName().replaceAll("\\$.*", "");
            return command.matches("inkhorn\\.cli\\.(\\w+\\.)?\\w+Command") ? SliceIdentifier.of(command)
                    : SliceIdentifier.ignore();
        }

        @Override
        public String getDescription() {
            return "each command";
        }
    }).should().notDependOnEachOther();

    @ArchTest
    static final ArchRule classesAreFinalOrAbstract = classes().should(beClosedOrAbstract());

    /** autograd's test jar is on the class path of other modules' tests. */
    static final class NoTestJars implements ImportOption {

        @Override
        public boolean includes(Location location) {
            return !location.contains("-tests.jar");
        }
    }

    private static ArchCondition<JavaClass> beClosedOrAbstract() {
        return new ArchCondition<>("be final, abstract, an enum or an interface") {
            @Override
            public void check(JavaClass type, ConditionEvents events) {
                // An enum whose constants have bodies is not final in the class file; an anonymous class never is.
                boolean ok = type.isInterface() || type.isEnum() || type.isAnonymousClass()
                        || EXTENSIBLE.contains(type.getName())
                        || type.getRawSuperclass().map(JavaClass::isEnum).orElse(false)
                        || type.getModifiers().contains(JavaModifier.FINAL) || type.getModifiers()
                        .contains(JavaModifier.ABSTRACT);
                if (!ok) {
                    events.add(SimpleConditionEvent.violated(type, type.getName() + " is neither final nor abstract"));
                }
            }
        };
    }
}
