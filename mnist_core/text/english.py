"""The catalogue in English: the sentences by their keys, in the order of the rooms."""

ENGLISH: dict[str, str] = {
    # The tag of this language in `<html lang>`.
    "language.tag": "en",
    # --- config and settings ----------------------------------------------------------------------
    "config.model": "Network",
    "config.epochs": "Epochs",
    "config.batch_size": "Batch size",
    "config.learning_rate": "Learning rate",
    "config.schedule": "Learning rate over time",
    "config.dropout": "Dropout",
    "config.augmentation": "Augmentation",
    "config.optimizer": "Optimiser",
    "config.seed": "Seed",
    "config.width": "Hidden neurons",
    "config.activation": "Activation",
    "config.images": "Training images",
    "config.wrong_labels": "Wrong labels",
    "config.flatten": "Flatten",
    "config.dataset": "Data set",
    "config.handwriting": "The augmentation handwriting draws digits: it is for MNIST alone.",
    "config.mirror": (
        "The augmentation mirror is for photographs: a mirrored digit or letter is none."
    ),
    "config.empty": "left empty",
    "config.not_a_choice": "{setting} must be one of {choices}, not {value}.",
    "config.not_whole": ("{setting} must be a whole number from {low:,} to {high:,}, not {value}."),
    "config.not_above_zero": ("{setting} must be a number above 0, at most {high}, not {value}."),
    "config.not_in_range": "{setting} must be a number from {low} to {high}, not {value}.",
    # --- networks ---------------------------------------------------------------------------------
    "model.simple_nn.title": "SimpleNN",
    "model.simple_nn.advice": (
        "The article's network: flatten the image, one hidden layer, one score for each digit."
    ),
    "model.dropout_nn.title": "SimpleNN with dropout",
    "model.dropout_nn.advice": (
        "Where test accuracy falls behind training accuracy, a Dropout layer works against it."
    ),
    "model.deep_nn.title": "Two hidden layers",
    "model.deep_nn.advice": (
        "A second hidden layer makes the network deeper: can it tell more digits apart?"
    ),
    "model.cnn.title": "CNN",
    "model.cnn.advice": (
        "Conv2d layers in place of Linear ones keep the image an image, and pass 99%."
    ),
    "model.unknown": "There is no model {name}. Choose one of: {choices}.",
    "model.no_dropout": "{name} has no dropout layer. With one: {choices}.",
    "model.no_width": (
        "The width of {name} cannot be chosen: its hidden layer has 128 neurons. Where it can: "
        "{choices}."
    ),
    "model.no_activation": (
        "The activation of {name} cannot be chosen: it is ReLU. Where it can: {choices}."
    ),
    "model.always_flattens": (
        "{name} cannot be had without flattening. The network for that mistake: {choices}."
    ),
    # --- data -------------------------------------------------------------------------------------
    "dataset.mnist": "MNIST",
    "dataset.fashion_mnist": "Fashion-MNIST",
    "dataset.kmnist": "KMNIST",
    "dataset.cifar10": "CIFAR-10",
    "dataset.pictures": "Your pictures",
    "dataset.drawings": "Your drawings",
    "class.fashion.t_shirt": "T-shirt",
    "class.fashion.trouser": "trousers",
    "class.fashion.pullover": "pullover",
    "class.fashion.dress": "dress",
    "class.fashion.coat": "coat",
    "class.fashion.sandal": "sandal",
    "class.fashion.shirt": "shirt",
    "class.fashion.sneaker": "sneaker",
    "class.fashion.bag": "bag",
    "class.fashion.ankle_boot": "ankle boot",
    "class.cifar.airplane": "airplane",
    "class.cifar.automobile": "car",
    "class.cifar.bird": "bird",
    "class.cifar.cat": "cat",
    "class.cifar.deer": "deer",
    "class.cifar.dog": "dog",
    "class.cifar.frog": "frog",
    "class.cifar.horse": "horse",
    "class.cifar.ship": "ship",
    "class.cifar.truck": "truck",
    "data.missing": (
        "{title} is not in {root} and could not be downloaded{reason}.{damage} {remedy} and try "
        "again, or copy these files, unpacked, into {raw}: {files}. If you have them elsewhere, "
        "let the variable MNIST_DATA name the folder that stands before {folder} there."
    ),
    "data.not_downloaded": (
        "{title} could not be downloaded{reason}. Try again later; the server's "
        "log tells its operator what to do."
    ),
    "data.connect": "Connect to the internet",
    "data.make_room": "Make room",
    "data.make_writable": "Make it writable",
    "data.disk_full": ", because the disk is full",
    "data.unwritable": ", because this folder cannot be written to",
    "data.unwritable_there": ", because its folder on the server cannot be written to",
    "data.certificate": ", because the other side's certificate is not accepted",
    "data.proxy": ", because a proxy does not let it through",
    "data.refused": ", because the other side refuses it",
    "data.name": ", because the name of the other side is not found",
    "data.silent": ", because the other side does not answer",
    "data.unreachable": ", because there is no connection to the other side",
    "data.damaged": " Damaged there: {files}.",
    "data.incomplete": "{title} is not complete in {root}: missing or damaged are {files}.",
    "data.not_genuine": "What arrived is not {title}.",
    # --- training ---------------------------------------------------------------------------------
    "training.wrong_shapes": (
        "Images must be [batch, {shape}] and labels [batch], not {images} and {labels}."
    ),
    "training.exploded": (
        "The loss exploded to {loss:,.0f} in epoch {epoch}, batch {step}: with a learning rate of "
        "{rate:g} each step overshoots, and the weights explode. Try {retry_rate:g}."
    ),
    "training.not_a_number": (
        "The loss stopped being a number in epoch {epoch}, batch {step}: with a learning rate of "
        "{rate:g} each step overshoots, and the weights explode. Try {retry_rate:g}."
    ),
    # --- plots ------------------------------------------------------------------------------------
    "plot.articles_title": "Training Loss per Epoch",
    "plot.epoch": "Epoch",
    "plot.loss": "Loss",
    "plot.training_loss": "Training loss",
    "plot.accuracy": "Accuracy, %",
    "plot.test": "test",
    "plot.training": "training",
    "plot.article_empty": "The article's figure: nothing to see before the first epoch is over.",
    "plot.article_words": (
        "The article's figure, {epochs} {epochs:|epoch|epochs}: training loss goes from {first} "
        "in the first to {last} in the last."
    ),
    # --- evaluation and calibration ---------------------------------------------------------------
    "calibration.temperature": "The temperature",
    "calibration.sure_from": "The probability from which a network is sure",
    # --- checkpoints and archives -----------------------------------------------------------------
    "checkpoint.settings_lack": "The settings lack {names}.",
    "checkpoint.not_a_figure": "{name} is not a number from 0 to {most:,}.",
    "checkpoint.missing": "There is no file {path}.",
    "checkpoint.not_a_file": "{name} is not a file.",
    "checkpoint.too_large": "{name} is larger than any checkpoint of ours.",
    "checkpoint.no_state_dict": "{name} does not hold a state_dict (names → weights), but {found}.",
    "checkpoint.not_pytorchs": "{name} is not a PyTorch file of weights, but {found}.",
    "checkpoint.fits_none": "The weights in {name} fit none of: {choices}. It holds {found}.",
    "checkpoint.not_floats": "The weights in {name} are not floating-point numbers.",
    "checkpoint.not_finite": "Some weights in {name} are infinite or not a number.",
    "checkpoint.damaged_safetensors": "{name} is a damaged safetensors file.",
    "archive.too_many_entries": "The archive has too many entries.",
    "archive.name_twice": "A name is there twice.",
    "archive.compressed": "The archive is compressed, as PyTorch never does.",
    "archive.too_large": "The archive unpacks to more than it is.",
    "archive.other_pickle": "The archive has another pickle than that of the weights.",
    "archive.wrong_length": "A storage claims to be longer or shorter than its entry.",
    "pickle.too_long": "The pickle is too long.",
    "pickle.instruction": "No state_dict needs the instruction {name}.",
    "pickle.found_again": "Only names and tensors are there twice in a state_dict.",
    "pickle.no_storage": "This refers to something else than a storage.",
    "pickle.two_kinds": "A storage is said to be of two kinds.",
    "pickle.no_dict": "Items are set on something else than a dict.",
    "pickle.no_weights": "The dict does not hold names → weights.",
    "pickle.attributes": "Only the state_dict has attributes.",
    "pickle.metadata": "A state_dict has no attribute but its metadata.",
    "pickle.other_result": "The pickle builds something else than a dict.",
    "pickle.other_call": "The pickle calls something as torch.save does not.",
    "pickle.outside": "A tensor does not lie within its storage.",
    "pickle.not_natural": "A length or a place is no whole number from 0.",
    "pickle.no_list": "Something is appended to what is no list.",
    "pickle.found_something": "something else",
    "pickle.found_object": "an object of {name}: save model.state_dict()",
    "pickle.found_tensor": "a single tensor of shape {shape}",
    "pickle.found_empty": "nothing",
    "pickle.found_dict": "a dict of {names}",
    "safetensors.header_length": "The header is longer than the file, or than any of weights.",
    "safetensors.header": "The header does not list tensors as safetensors does.",
    "safetensors.places": "The tensors do not fill the file, one right behind the other.",
    "kind.empty": "empty",
    "kind.old_pytorch": "one of PyTorch before 1.6: load it there, and save it anew",
    "kind.keras": "an HDF5 file, as Keras writes it",
    "kind.gguf": "a GGUF file",
    "kind.picture": "a picture",
    "kind.pdf": "a PDF",
    "kind.packed": "a packed file: unpack it first",
    "kind.pickle": "a Python pickle: save model.state_dict() with torch.save",
    "kind.torchscript": "a TorchScript program: save model.state_dict() instead",
    "kind.changed": "an archive that torch.save does not write so",
    "kind.zip": "a zip archive of something else",
    "kind.damaged": "a damaged archive, perhaps cut short",
    "kind.text": "a text",
    "kind.unknown": "of a kind that is not known here",
    # --- experiments ------------------------------------------------------------------------------
    "experiment.cnn.title": "A convolutional network",
    "experiment.cnn.suggestion": "Replace Linear layers by Conv2d ones.",
    "experiment.cnn.expectation": "Nearly 99% in place of 96 to 97%, for seven times the work.",
    "experiment.deep.title": "A second hidden layer",
    "experiment.deep.suggestion": "Make the fully connected network deeper.",
    "experiment.deep.expectation": (
        "As good or a little better, by less than another seed would change."
    ),
    "experiment.dropout.title": "Dropout",
    "experiment.dropout.suggestion": (
        "Where training accuracy runs ahead of test accuracy, add a Dropout layer."
    ),
    "experiment.dropout.expectation": (
        "After 15 epochs the gap is a third smaller; the test accuracy stays about what it was."
    ),
    "experiment.augmentation.title": "Data augmentation",
    "experiment.augmentation.suggestion": (
        "Against overfitting, show slightly changed images instead of the same ones again."
    ),
    "experiment.augmentation.expectation": (
        "The gap closes: every image is new, so the training loss stays higher. It takes longer."
    ),
    "experiment.step.title": "A learning-rate schedule",
    "experiment.step.suggestion": "Lower the learning rate as training goes on, with StepLR.",
    "experiment.step.expectation": "Calmer last epochs: less depends on the seed.",
    "experiment.batch.title": "Larger batches",
    "experiment.batch.suggestion": (
        "With 128 or 256 images a step gradients are steadier and epochs faster."
    ),
    "experiment.batch.expectation": (
        "Epochs in half the time, but a quarter of the steps: a little less is learned in five."
    ),
    "experiment.small_rate.title": "A smaller learning rate",
    "experiment.small_rate.suggestion": "When the loss turns into NaN, try 0.0001.",
    "experiment.small_rate.expectation": (
        "Safe and slow: about 94% after five epochs, and still rising."
    ),
    "experiment.large_rate.title": "A learning rate far too high",
    "experiment.large_rate.suggestion": (
        "The usual cause of a NaN loss: each step is so large that gradients explode."
    ),
    "experiment.large_rate.expectation": (
        "The loss explodes in the first batches and the run stops; a tenth of the rate works."
    ),
    "experiment.sgd.title": "Plain gradient descent",
    "experiment.sgd.suggestion": "Vary the optimiser and watch how fast it converges.",
    "experiment.sgd.expectation": (
        "About 87%: at Adam's learning rate plain SGD is slow. With 0.1 it reads as well as Adam."
    ),
    "experiment.narrow.title": "A narrow hidden layer",
    "experiment.narrow.suggestion": "Vary the hyper-parameters: 8 hidden neurons in place of 128.",
    "experiment.narrow.expectation": (
        "About 90%: so few neurons cannot look for enough. It does not overfit, and runs no faster."
    ),
    "experiment.wide.title": "A wide hidden layer",
    "experiment.wide.suggestion": "Vary the hyper-parameters: 512 hidden neurons in place of 128.",
    "experiment.wide.expectation": (
        "About 97%, half a point more or so, for four times the work: one seed may not tell."
    ),
    "experiment.tanh.title": "tanh in place of ReLU",
    "experiment.tanh.suggestion": "ReLU is the most popular activation function, not the only one.",
    "experiment.tanh.expectation": "In so small a network: no difference that seeds do not make.",
    "experiment.sigmoid.title": "sigmoid in place of ReLU",
    "experiment.sigmoid.suggestion": (
        "ReLU is the most popular activation function, not the only one."
    ),
    "experiment.sigmoid.expectation": (
        "The first epoch learns less; after five it has caught up. In deep networks it would not."
    ),
    "experiment.linear.title": "No activation function",
    "experiment.linear.suggestion": (
        "Without one a network stays a linear model, however many layers it has."
    ),
    "experiment.linear.expectation": (
        "Between 91 and 92%, and more epochs do not help: it is one linear layer in two pieces."
    ),
    "experiment.not_measured": (
        "What to expect has been measured on MNIST alone: here you find it out yourself."
    ),
    "experiment.few_images.title": "Only 1,000 images",
    "experiment.few_images.suggestion": (
        "A network learns its training images by heart, and is lost with others: overfitting."
    ),
    "experiment.few_images.expectation": (
        "About 88%, and 96% on the images learned from: a gap of eight points. It is much faster."
    ),
    "experiment.wrong_labels.title": "Wrong labels",
    "experiment.wrong_labels.suggestion": (
        "Whoever learns by heart learns mistakes as well: here every fifth label is wrong."
    ),
    "experiment.wrong_labels.expectation": (
        "With 1,000 images: test accuracy reaches 85% after a dozen epochs, then falls to 80%, as "
        "the wrong labels are learned by heart. Training accuracy counts them as right."
    ),
    "experiment.mirrored_pictures.title": "Your pictures: mirror them",
    "experiment.mirrored_pictures.suggestion": (
        "Data augmentation, for photographs: each picture is mirrored or not, and shifted a "
        "little, another way in each epoch."
    ),
    "experiment.mirrored_pictures.expectation": (
        "With 10,000 cats and dogs: without it the network knows all of them by heart, and reads "
        "71% of new ones; with it some 77%, and training accuracy is hardly higher."
    ),
    "experiment.dropout_pictures.title": "Your pictures: dropout",
    "experiment.dropout_pictures.suggestion": (
        "Half of the CNN's 128 hidden neurons are switched off in each step, others each time."
    ),
    "experiment.dropout_pictures.expectation": (
        "With 10,000 cats and dogs: a point or two more, far from what mirrored pictures bring; "
        "the convolutions still learn them by heart."
    ),
    "experiment.flatten.title": "Forget to flatten",
    "experiment.flatten.suggestion": (
        "The error that everybody meets first: the image was not flattened, or a layer's sizes "
        "are wrong. Print the shape behind each layer."
    ),
    "experiment.flatten.expectation": (
        "The network without view is built and run. PyTorch stops it at the first layer, and its "
        "error is read here piece by piece."
    ),
    "experiment.find_rate.title": "Find a learning rate",
    "experiment.find_rate.suggestion": (
        "Too small a learning rate is slow, too large a one explodes: choose it with care."
    ),
    "experiment.find_rate.expectation": (
        "One short ramp: 200 batches at most, each with a larger rate, from 0.000001 until the "
        "loss explodes. The curve shows where it learns best."
    ),
    # What differs from other settings, in a few words.
    "change.list": "{first}, {others}",
    "change.model.simple_nn": "SimpleNN",
    "change.model.dropout_nn": "SimpleNN with dropout",
    "change.model.deep_nn": "two hidden layers",
    "change.model.cnn": "CNN",
    "change.epochs": "{value} {value:|epoch|epochs}",
    "change.batch_size": "batch size {value}",
    "change.learning_rate": "learning rate {value}",
    "change.schedule.none": "a constant learning rate",
    "change.schedule.step": "StepLR",
    "change.schedule.one_cycle": "one-cycle learning rate",
    "change.dropout": "dropout {value}",
    "change.dropout.own": "the network's own dropout",
    "change.augmentation.none": "no augmentation",
    "change.augmentation.affine": "small turns and shifts",
    "change.augmentation.handwriting": "other people's handwriting",
    "change.augmentation.mirror": "mirrored and shifted images",
    "change.optimizer.adam": "Adam",
    "change.optimizer.sgd": "plain SGD",
    "change.seed": "seed {value}",
    "change.width": "{value} hidden neurons",
    "change.activation.relu": "ReLU",
    "change.activation.tanh": "tanh",
    "change.activation.sigmoid": "sigmoid",
    "change.activation.none": "no activation function",
    "change.images": "{value:,} training images",
    "change.wrong_labels": "{value:.0%} wrong labels",
    "change.flatten.on": "images flattened",
    "change.flatten.off": "images not flattened",
    "verdict.one_seed.unclear": (
        "The variant reads {mean:+.2f} points. Another seed alone may change as much "
        "(about {chance:.1f}): run more seeds before you believe it."
    ),
    "verdict.one_seed.clear": (
        "The variant reads {mean:+.2f} points, more than seeds alone change ({chance:.1f})."
    ),
    "verdict.seeds.unclear": (
        "{mean:+.2f} ± {margin:.2f} points over {seeds} seeds: zero is within the interval, so "
        "this may be chance."
    ),
    "verdict.seeds.clear": (
        "{mean:+.2f} ± {margin:.2f} points over {seeds} seeds: more than chance."
    ),
    # --- generated programs -----------------------------------------------------------------------
    # What the article's program prints.
    "article.images": "Image batch shape: {shape}",
    "article.labels": "Label batch shape: {shape}",
    "article.device": "The model is on: {device}",
    "article.begins": "Training starts ...",
    "article.epoch": "Epoch [{epoch}/{epochs}], Loss: {loss}",
    "article.ends": "Training finished!",
    "article.loaded": "The model has been loaded!",
    "article.accuracy": "Accuracy on the test set: {accuracy}",
    # Its comments: what a line is there for.
    "program.title": "Train {network} on {data}.",
    "program.setup": "1. Set-up",
    "program.seed": "The same seed gives the same random numbers, so the run can be repeated.",
    "program.data": "2. Data",
    "program.normalize": (
        "ToTensor makes [0, 255] into [0, 1], Normalize [-1, 1]: small numbers are learned faster."
    ),
    "program.loaders": "Shuffled, so that the order of the images is nothing to be learned.",
    "program.look": "A look at one batch first: wrong shapes are the usual first mistake.",
    "program.model": "3. Model",
    "program.few_images": "Only some of the images, drawn by chance: few are soon known by heart.",
    "program.wrong_labels": "Some labels are wrong. Only by heart can they be learned.",
    "program.simple_nn": (
        "One hidden layer of {width} neurons between {pixels} pixels and {classes} classes."
    ),
    "program.unflattened": "SimpleNN that forgets to flatten the images: Linear cannot read them.",
    "program.dropout_nn": (
        "SimpleNN that trains with a share of its hidden neurons switched off, others each time."
    ),
    "program.deep_nn": "SimpleNN with a second hidden layer.",
    "program.cnn": (
        "Two convolutions that look for strokes anywhere in the image, then two linear layers."
    ),
    "program.forward": "Turn images {images} into one score for each class, {scores}.",
    "program.optimising": "4. Loss and optimiser",
    "program.softmax": "No softmax at the end of the network: CrossEntropyLoss contains it.",
    "program.adam": "Adam finds a step size for each weight by itself.",
    "program.sgd": (
        "Plain gradient descent: one step size for all weights, so it has to be chosen well."
    ),
    "program.step": "Large steps first, small ones later: so the last epochs become calmer.",
    "program.one_cycle": "The learning rate rises and falls again once, a little after each batch.",
    "program.training": "5. Training",
    "program.affine": "Slightly changed images each time, so that they cannot be learned by heart.",
    "program.mirror": (
        "A mirrored cat is a cat, wherever it stands: more pictures from the same ones."
    ),
    "program.no_picture": "no picture, or a damaged one",
    "program.divided": "The folders train and test divide the pictures.",
    "program.every_fifth": "Of each class, every fifth picture by its name is for the test.",
    "program.turns": "The classes take turns.",
    "program.handwriting": (
        "Digits as other people write them, and what is no digit, so that both become familiar."
    ),
    "program.zero_grad": "Gradients add up in PyTorch: those of the last batch have to go first.",
    "program.backward": "How would the loss change with each weight? That is its gradient.",
    "program.update": "One step downhill for every weight.",
    "program.item": "The number alone: the tensor would keep all that it was computed from.",
    "program.rate_title": "Find a learning rate for {network}.",
    "program.ramp": "5. A ramp: a larger learning rate each batch, until the loss explodes",
    "program.rate": "Each batch has a rate of its own, 8% above the one before.",
    "program.smoothed": "The mean of the losses so far, the latest counting most.",
    "program.exploded": "Beyond this there is nothing to be learned; true for NaN as well.",
    "program.suggestion": "A tenth of the best: there the steps are nearly too large already.",
    "program.curve": "6.1 The loss curve",
    "program.accuracy": "6.2 Accuracy on the test set",
    "program.eval": "For reading: dropout off, and batch normalisation as it was learned.",
    "program.no_grad": "Reading needs no gradients; without them it takes less time and memory.",
    "program.argmax": "The digit with the highest of the ten scores is the one that is read.",
    "program.saving": "7. Saving and loading",
    "program.weights": "The weights alone, and not the network: to load them, build it first.",
    "program.loading": "A new network has random weights; load_state_dict puts the saved ones in.",
    # --- preprocessing and drawings ---------------------------------------------------------------
    "drawing.not_strokes": ("A drawing must be a list of strokes, each a list of [x, y] points."),
    "drawing.too_long": ("A drawing may have {strokes:,} strokes and {points:,} points at most."),
    "drawing.not_points": ("Each point of a drawing must be [x, y], two numbers of ordinary size."),
    "picture.missing": "There is no image file {path}.",
    "picture.file_too_large": "{name} is larger than {most} megabytes.",
    "picture.unreadable": "{name} is not an image that can be read: {kinds} or {last}.",
    "picture.too_many_pixels": "{name} has more than {most} megapixels.",
    "picture.too_slow": "{name} takes too long to be read.",
    "picture.outside": ("The part that was chosen lies outside a picture of {width}×{height}."),
    "drawings.label": "A label must be a digit from 0 to 9.",
    "drawings.name": "A class needs a name of 1 to {most} letters that can be shown.",
    "drawings.blank": "Nothing is drawn.",
    "drawings.other_class": "There is a drawing of {name}, and the network knows {classes} alone.",
    "drawings.missing": "There is no file of drawings {path}.",
    "drawings.too_large": "The file may hold {most} megabytes at most once unpacked.",
    "drawings.not_packed": "These are no strokes that a page has packed for an address.",
    "drawings.not_json": "The file is not JSON.",
    "drawings.no_list": "The file must hold a list of drawings, at least one.",
    "drawings.too_many": "The file may hold {most:,} drawings at most, not {count:,}.",
    "drawings.damaged": "The file is packed with gzip, but damaged.",
    "drawings.no_object": "An object with label and strokes is needed.",
    "drawings.in_file": "{name}: {problem}",
    "drawings.in_entry": "Drawing {number}: {problem}",
    # --- teaching ---------------------------------------------------------------------------------
    "teaching.classes": "A network is taught {least} to {most} classes, not {count}.",
    "teaching.too_few": (
        "{name}: {count} {count:|drawing|drawings}; each class needs {least} at least, "
        "and a dozen is good."
    ),
    "hand.too_few": "There are {count} labelled digits, and {least} at least are needed.",
    # --- pictures of one's own --------------------------------------------------------------------
    "pictures.missing": "There is neither a folder nor a zip file {path}.",
    "pictures.not_zip": "{name} is not a zip file that can be read.",
    "pictures.too_many_files": "There are more than {most:,} files, which are too many.",
    "pictures.too_large": "The files come to more than {most:,} megabytes once unpacked.",
    "pictures.too_slow": "Reading the pictures takes longer than {seconds:,} seconds.",
    "pictures.no_classes": (
        "There are no pictures in folders: each class needs a folder of its own, such as cats/ and "
        "dogs/."
    ),
    "pictures.one_class": (
        "There are pictures of {name} only: at least two classes are needed, each in a folder of "
        "its own."
    ),
    "pictures.many_classes": "There are {count:,} classes; {most} at most can be learned.",
    "pictures.class_name": (
        "The name of a class may have {most} characters at most, and no control characters, unlike "
        "{name}."
    ),
    "pictures.too_few": (
        "Of {name}, {train:,} pictures to learn from and {test:,} for the test can be read; at "
        "least {least_train} and {least_test} are needed."
    ),
    "pictures.gone": "These pictures are not here any more: bring them again.",
    # Why a file was left out, behind its name.
    "pictures.link": "a link",
    "pictures.leaves": "its path leaves the folder",
    "pictures.encrypted": "encrypted",
    "pictures.packed": "packed in a way that is not read",
    "pictures.damaged": "damaged",
    "pictures.not_opened": "it cannot be opened",
    "pictures.large": "larger than {most} megabytes",
    "pictures.many_pixels": "more than {most} megapixels",
    "pictures.no_picture": "no picture that can be read",
    "pictures.no_class": "in no class's folder",
    "pictures.no_half": "neither in train nor in test",
    "pictures.unknown_class": "of a class of which there is nothing to learn from",
    # --- mistakes ---------------------------------------------------------------------------------
    "mistakes.title": "{count} of {images} images misread",
    "mistakes.pair": "  {label} read as {digit}: {count}",
    "mistakes.image": "  image {image}: {label} → {digit}, {confidence}",
    "mistakes.read_as": "read as",
    "mistakes.is": "is",
    "mistakes.surest": "The surest mistakes: what it is → what was read",
    # --- inspection -------------------------------------------------------------------------------
    "inspection.steps": "The way needs at least one step, not {steps}.",
    "inspection.window": "The window must be from 1 to {side} pixels, the stride at least 1.",
    "inspection.no_convolution": "{layer} is no convolution.",
    "inspection.no_place": "{layer} gives {shape}: there is no {place} in it.",
    "inspection.no_layer": "There is no layer {name}. Choose one of: {names}.",
    "inspection.not_a_digit": "A digit must be from 0 to {most}, not {digit}.",
    "inspection.no_neurons": "{layer} is no layer of neurons.",
    "inspection.no_neuron": "A neuron of {layer} must be from 0 to {most}, not {index}.",
    "inspection.parameters": "{count:,} parameters: {parts}",
    "inspection.on": "{layer}: {on} of {all} on",
    "inspection.never_off": "{layer}: {all} neurons, never off",
    "inspection.on_and_dead": "{layer}: {on} of {all} on, {dead} dead",
    "inspection.maps_on": "{layer}: {on} of {all} feature maps on",
    "inspection.image": "Image",
    "inspection.scores": "Scores",
    "inspection.list_of_scores": "Scores: {scores}",
    "inspection.read": "Read: {digit} ({share:.1%})",
    "inspection.reads": "Reads {digit}, {share:.1%}",
    "inspection.question": "{digit} rather than {other}: {score:.4f}",
    "inspection.by_pixels": (
        "  by pixels: {ink:+.4f} ink {paper:+.4f} paper {biases:+.4f} biases = {sum:.4f}"
    ),
    "inspection.neuron": "{share:+.4f} neuron {index}",
    "inspection.by_neurons": (
        "  by neurons of {layer}: {named} {others:+.4f} others {bias:+.4f} bias = {sum:.4f}"
    ),
    "inspection.alike": "Test images most alike: {images}",
    "inspection.alike_image": "{label} (image {index})",
    "inspection.no_mnist": (
        "Test images most alike: there is no MNIST here to look through; see --data."
    ),
    "inspection.sheet_alike": "Test images most alike in the hidden layer",
    "inspection.distance": "{label}, {distance:.1f} away",
    "inspection.sheet_neurons": (
        "Score of {digit} less that of {other}: {score:.2f}, of which {others:+.2f} other "
        "neurons, {bias:+.2f} bias"
    ),
    "inspection.sheet_evidence": "{digit} rather than {other}: blue for, red against",
    "inspection.gradient": (
        "gradient × ink\n{ink:+.2f} ink {paper:+.2f} paper {biases:+.2f} biases = {score:.2f}"
    ),
    "inspection.integrated": "integrated gradients\nsum {sum:+.2f}, above paper {change:+.2f}",
    "inspection.occlusion": "occlusion\nfall of the score without a square",
    # --- shapes -----------------------------------------------------------------------------------
    "shapes.forgotten": (
        "PyTorch: {error}. The images were not flattened; Experiments, Forget to flatten, reads "
        "this error piece by piece."
    ),
    "shapes.given": "what {layer} is given: {shape}, taken for a matrix",
    "shapes.given_shape": (
        "its rows × its columns. A Linear layer takes the last number of a shape, {width}, for "
        "its inputs, and all before it for rows: {factors} = {rows:,} rows of pixels."
    ),
    "shapes.given_shape_alone": (
        "its rows × its columns. A Linear layer takes the last number of a shape, {width}, for "
        "its inputs."
    ),
    "shapes.weights": "the weights of {layer}, rows and columns exchanged",
    "shapes.weights_shape": (
        "one row for each of the {inputs} inputs that {layer} was built for, one column for each "
        "of its {outputs} neurons"
    ),
    "shapes.verdict": (
        "the two inner numbers have to be equal, and {width} is not {inputs}. "
        "images.view(-1, 28 * 28) makes each image one row of 784: then they are."
    ),
    "shapes.good": "With view: {way}",
    "shapes.bad": "Without: {way}",
    "shapes.advice": (
        "The article's advice: print the shape behind each layer. The first that is not what you "
        "thought is the place."
    ),
    # --- the learning-rate finder -----------------------------------------------------------------
    "rates.axis": "Learning rate",
    "rates.smoothed": "smoothed",
    "rates.least": "least at {rate:.2g}",
    "rates.suggested": "suggested: {rate:.2g}",
    "rates.point": (
        "Batch {batch}/{batches}: rate {rate:.2g}, loss {loss:.4f}, smoothed {smoothed:.4f}"
    ),
    "rates.exploded": (
        "The smoothed loss is least, {loss:.2f}, at a learning rate of {best:.2g}; at {end:.2g} it "
        "has exploded to more than four times as much."
    ),
    "rates.not_exploded": (
        "The smoothed loss is least, {loss:.2f}, at a learning rate of {best:.2g}; up to {end:.2g} "
        "it has not exploded."
    ),
    "rates.rule": (
        "The rule: take a tenth. At the least loss the next steps are too large already, "
        "and later in training smaller ones are needed. Suggested: {rate:.2g}."
    ),
    "rates.no_mnist": "MNIST is not here yet: the first training fetches it. Train once, then try.",
    "rates.compare": "The recipe trains with {rate:g}.",
    # --- the command line -------------------------------------------------------------------------
    "cli.description": "Train, test and use the article's network for handwritten digits.",
    "cli.usage": "usage:",
    "cli.positional": "positional arguments:",
    "cli.options": "options:",
    "cli.help": "show this help message and exit",
    "cli.language": (
        "language of help, messages and errors, before or after the command; "
        "default: the terminal's"
    ),
    "cli.train": "train a network and save it",
    "cli.find_rate": "find a learning rate: raise it batch by batch until the loss explodes",
    "cli.rates_figure": "draw the loss against the rate: .png, .svg or .pdf",
    "cli.start": "train on from the weights of a saved network, in place of random ones",
    "cli.keep": ("of the weights of --start, mixed into those that are saved, 0 to 1; default: 0"),
    "cli.threads": "CPU threads; default: PyTorch's choice",
    "cli.out": (
        "where the weights go, their metadata beside them as .json; default: MODEL_DATASET.pth"
    ),
    "cli.every": (
        "with --json: also the loss of the batches, a line for the mean of so many of them"
    ),
    "cli.every_range": "--every must be a number of batches from 1, and goes with --json.",
    "cli.average": "save the mean of networks whose trainings began with the same weights",
    "cli.average_of": "one that is named twice counts twice",
    "cli.average_out": "where the mean goes",
    "cli.average_kinds": "Only networks of one kind have a mean, not {kinds}.",
    "cli.code": "print a stand-alone program for these settings",
    "cli.code_find_rate": "print the program that finds a learning rate for these settings",
    "cli.comments": (
        "language of the program's comments and of what it prints, or no comments; "
        "default: the language of this command"
    ),
    "cli.notebook": "as a Jupyter notebook: --notebook > run.ipynb",
    "cli.notebook_alone": "--notebook does not go with --find-rate.",
    "cli.evaluate": "test a saved network on the 10,000 test images, or on drawings",
    "cli.drawings": "test on these instead: a list of {entries} as .json or .json.gz",
    "cli.calibrate": ("find out from half of the test images when a saved network may be sure"),
    "cli.teach": "teach a network classes of your own, from a file of drawings",
    "cli.named_drawings": "a list of {entries} as .json or .json.gz, a dozen of each class",
    "cli.no_augmentation": "learn from the drawings as they are",
    "cli.teach_out": "save the network here: .pth or .safetensors",
    "cli.predict": "read image files of one digit each",
    "cli.mistakes": "show which test images a saved network misreads",
    "cli.mistakes_sheet": "draw the surest mistakes on a sheet: .png, .svg or .pdf",
    "cli.inspect": "show what a saved network does with an image",
    "cli.for": "explain the score of this digit; default: the one that is read",
    "cli.against": "rather than that of this one; default: the next most probable",
    "cli.sheet": "draw all of it on a sheet: .png, .svg or .pdf",
    "cli.sheet_name": "--out must end in one of {endings}, not {path}.",
    "cli.json": "print one JSON object a line",
    "cli.data": (
        "folder that holds MNIST/raw, or that it is downloaded to; "
        "default: the variable MNIST_DATA, else ./data"
    ),
    "cli.default": "default: {value}",
    "cli.models_own": "the model's own",
    "cli.invalid_choice": "argument {name}: invalid choice: {value} (choose from {choices})",
    "cli.invalid_value": "argument {name}: invalid {kind} value: {value}",
    "cli.expected_one": "argument {name}: expected one argument",
    "cli.expected_some": "argument {name}: expected at least one argument",
    "cli.ambiguous": "ambiguous option: {name} could match {names}",
    "cli.required": "the following arguments are required: {names}",
    "cli.unrecognized": "unrecognized arguments: {names}",
    "cli.keep_range": "--keep must be from 0 to 1, and needs --start.",
    "cli.other_model": "--start: {path} holds a {found}, not {wanted}.",
    "cli.threads_range": "--threads must be from 1 to {most}, not {value}.",
    "cli.out_name": "--out must name a file that ends in .pth or .safetensors, not {path}.",
    "cli.out_folder": "--out: the folder {path} cannot be written to.",
    "cli.epoch": "epoch {epoch}",
    "cli.no_flatten": "forget to flatten the images: the usual first mistake, explained",
    "cli.activation_unknown": (
        "{path} has no metadata that name its activation, which weights do not show: it is taken "
        "for ReLU and, without --data-set, for a network that has learned MNIST."
    ),
    "cli.data_set_of_network": "what the network has learned, where its metadata do not say it",
    "cli.data_set_unknown": (
        "Nothing says what this network has learned: it is taken for MNIST. --data-set says so."
    ),
    "cli.pictures": "{classes}: {train:,} pictures to learn from, {test:,} for the test",
    "cli.pictures_skipped": "{count:,} {count:|file was|files were} left out:",
    "cli.own_pictures": (
        "This network has learned somebody's own pictures: let --data-set name their folder or zip "
        "file."
    ),
    "cli.own_drawings": (
        "This network has been taught from somebody's own drawings, {classes}: there are no test "
        "images of those. `predict` lets it read a picture of one."
    ),
    "cli.no_digits": "This network has learned no digits, but {classes}.",
    "cli.colours": "This network reads images in colour: only grey ones can be looked into.",
    "cli.no_data_set": "There is no data set {name}, but {choices}, or the path of pictures.",
    "cli.other_classes": "This network tells apart {found}, but these pictures show {wanted}.",
    "cli.other_images": "This network reads {found}, and {title} is {wanted}.",
    "cli.saved": "Saved to {path}",
    "cli.loss": "Loss on the test set: {loss:.4f}",
    "cli.drawings_accuracy": "Accuracy on {count:,} drawings: {accuracy:percent}",
    "cli.taught": (
        "Taught {classes} classes from {learned} {learned:|drawing|drawings} in {seconds:.1f} s."
    ),
    "cli.exam": "Exam: {right} of {count} right, {accuracy:percent}",
    "cli.exam_mistake": "{meant} was read as {taken}.",
    "cli.confusion": "Each row is what was meant, each column what it was read as.",
    "cli.accuracy_column": "accuracy",
    "cli.temperature": "Temperature: {temperature:.3f}",
    "cli.sure_from": "Sure from: {share:.1%}",
    "cli.reading": "{path}: {digit} ({share:.1%})",
    "cli.unsure_reading": "{path}: {digit} ({share:.1%}, not sure)",
    "cli.blank": "{path} is blank: there is no digit to read.",
    # --- the page ---------------------------------------------------------------------------------
    "page.title": "Handwritten digits with PyTorch",
    "page.summary": (
        "Draw a digit: a small neural network reads it as you go. "
        "Then train one yourself and watch it learn."
    ),
    "page.loading": "The page is loading …",
    "page.no_scripts": "It needs JavaScript, which this browser does not run.",
    "page.language": "Language",
    "page.foot": "Foot of the page",
    "page.close": "Close",
    "page.wrong_file": "A file of this kind cannot be opened here: choose {kinds}.",
    "tab.draw": "Draw",
    "tab.train": "Train",
    "tab.mistakes": "Mistakes",
    "tab.experiments": "Experiments",
    "tab.runs": "Runs",
    "page.never_sent": "The page has sent what it never sends: reload it.",
    "page.two_sentences": "{first} {second}",
    "page.list_separator": ", ",
    # --- the Draw tab -----------------------------------------------------------------------------
    "draw.no_classifier": (
        "No network that comes with the project can be loaded. Train one in the Train tab."
    ),
    "draw.cnn_note": "trained on many people's handwriting",
    "draw.simple_nn_note": "the article's",
    "draw.in_training": "in training",
    "draw.in_training_named": "{name}, in training",
    "draw.classifier_gone": "The network that you chose is gone, so {name} reads.",
    "draw.counted": "Counted as {digit}.",
    "draw.taken_back": "Taken back: it counts as {digit} no more.",
    "draw.opened": "{count} {count:|drawing|drawings} opened.",
    "draw.brought_back": "{count} {count:|drawing is|drawings are} back.",
    "draw.forgotten": "The drawings are forgotten.",
    "draw.made_room_for_one": "{note} There is no room for more: the oldest one made way.",
    "draw.made_room": "{note} There is no room for more: the {count} oldest made way.",
    "draw.accuracy_on": "{accuracy:percent} on {title}",
    "draw.ask_class": "Draw one of these: {classes}",
    "draw.ask_picture": "Press a test image, or have a picture read",
    "draw.drawing_expected": "A drawing is an object with seq and strokes, and nothing else.",
    "draw.seq_expected": "The seq of a drawing is a whole number from 0 to 2^53 - 1.",
    "draw.label_expected": "A labelled drawing is an object with label and strokes.",
    "digit.other": "a {digit}",
    "digit.eight": "an {digit}",
    "canvas.title": "Drawing canvas: draw one digit, 0 to 9",
    "canvas.title_class": "Drawing canvas: draw one of what the network has learned",
    "canvas.hint": "Draw here",
    "canvas.hint_picture": "Press a test image below, or have a picture read",
    "canvas.undo": "Undo",
    "canvas.clear": "Clear",
    "canvas.picture": "Read a picture …",
    "canvas.help": "Mouse, finger or pen.",
    "canvas.help_keys": "Mouse, finger or pen. Ctrl+Z takes back, Delete clears.",
    "canvas.help_pen": "Arrow keys move the pen, space lowers and lifts it.",
    "canvas.picture_help": "Press a frame or drag over a part. Clear to draw.",
    "canvas.photo_help": "Drag over a part to have only that read.",
    "canvas.test_image": "Test image {place} of {title}, {label}. Clear to draw.",
    "canvas.test_image_pressed": "Test image {place} of {title}: {label}.",
    "canvas.full": "That is all the ink there is: undo or clear to go on.",
    "canvas.try": "Try:",
    "canvas.examples": "Digits to try",
    "canvas.example": "Try a {digit}",
    "canvas.pen_at": "{across}% across, {down}% down",
    "canvas.pen_down": "Pen down.",
    "canvas.pen_up": "Pen up.",
    "picture.title": "Picture to be read",
    "picture.yours": "Your picture",
    "picture.found": "Found in the picture: press one to read it",
    "picture.frame": "Read what is in frame {number} of {count}",
    "picture.drop": "Drop the picture here",
    "picture.file": "Picture",
    "picture.reading": "Reading …",
    "picture.blank": "The picture is blank: there is no digit to read.",
    "picture.blank_part": "There is nothing to read in this part.",
    "picture.no_file": "{name} cannot be opened.",
    "picture.no_connection": (
        "The picture could not be sent: there is no connection to the server."
    ),
    "picture.no_answer": "The server has not answered yet.",
    "picture.lost": "The server could not keep the picture. Try again in some minutes.",
    "picture.no_test_image": "There is no such test image on this machine.",
    "picture.other_data_set": "The network that reads now has learned other images than this one.",
    "picture.expected": "A picture to be read was expected.",
    "strip.title": "Test images of {title}: press one",
    "strip.images": "Test images",
    "strip.image": "Test image {place}: {label}",
    "strip.back": "Those before",
    "strip.on": "Those after",
    "strip.none_own": "These pictures are not here: have another picture read.",
    "strip.none": (
        "The test images of {title} are not on this machine: they come with its first training."
    ),
    "prediction.title": "Prediction",
    "prediction.ask": "Draw a digit, 0 to 9",
    "prediction.ask_named": "Draw something that it has been taught",
    "prediction.image": "The image of {side} by {side} pixels that the network is given",
    "prediction.sees": "What the network sees",
    "prediction.bars": "Probability of each digit",
    "prediction.bars_named": "Probability of each class",
    "prediction.question": "Which digit was it?",
    "prediction.question_named": "What was it?",
    "prediction.press_it": "Which digit was it? Press it above, or",
    "prediction.press_or_type_it": "Which digit was it? Press it above, type it, or",
    "prediction.press_name": "What was it? Press its name.",
    "prediction.press_or_type_name": "What was it? Press its name, or type its number.",
    "prediction.it_was": "It was {digit}",
    "prediction.yes": "Yes, {digit}",
    "prediction.not_sure": "Not sure",
    "prediction.perhaps": "perhaps {digit}, {probability}",
    "prediction.read_by": "Read by {classifier}",
    "prediction.older": "No answer yet: an older one.",
    "prediction.says": "{digit}, {probability}",
    "prediction.says_perhaps": "Not sure, perhaps {named}, {probability}",
    "leaderboard.who": "Who reads?",
    "leaderboard.mnist": "MNIST",
    "leaderboard.mnist_means": "Accuracy on MNIST's 10,000 test images",
    "leaderboard.drawings": "Your drawings",
    "leaderboard.note": "Say which digit it was, and your drawings are counted here.",
    "leaderboard.save": "Save",
    "leaderboard.open": "Open …",
    "leaderboard.forget": "Forget",
    "leaderboard.really": "Forget {drawings} {drawings:|drawing|drawings} for good?",
    "leaderboard.keep": "Keep",
    "leaderboard.right": "{right} of {drawings}",
    "leaderboard.too_large": "This file is too large: 5 megabytes at most.",
    # --- what the browser keeps -------------------------------------------------------------------
    "keepsakes.title": "What this browser keeps",
    "keepsakes.offer": (
        "This browser has kept {count} {count:|drawing|drawings} that you labelled before."
    ),
    "keepsakes.bring_back": "Bring back {count} {count:|drawing|drawings}",
    "keepsakes.where": (
        "Drawings and results stay in this browser until you forget them; on the server, half an "
        "hour."
    ),
    "keepsakes.nowhere": (
        "This browser keeps nothing for the page, so labelled drawings and runs go half an hour "
        "after you have left. Save keeps the drawings in a file."
    ),
    "past.title": "From earlier visits",
    "past.note": (
        "What these runs came to stayed in this browser; their networks are gone. The same "
        "settings train the same network again."
    ),
    "past.outcome": (
        "{accuracy} of the test images after {count} {count:|epoch|epochs}, training loss {loss}"
    ),
    "past.diverged": "diverged",
    "past.again": "Train again …",
    "past.forget": "Forget all of them",
    "past.really": "Forget {count} {count:|result|results} for good?",
    # --- teaching in the page ---------------------------------------------------------------------
    "inside.teach": "Teach",
    "teach.title": "Teach classes of your own",
    "teach.how": (
        "Name some classes, any words. Draw each a dozen times and press its name below it. "
        "Then press Train: within seconds a network reads them. It starts from the CNN that comes "
        "with the project, and one drawing in four is kept for its exam."
    ),
    "teach.name": "Name of a new class",
    "teach.add": "Add class",
    "teach.classes": "Your classes",
    "teach.rename": "Name of the class {name}",
    "teach.drop": "Remove the class {name} with its drawings",
    "teach.count": "{count} {count:|drawing|drawings}",
    "teach.remove": "Remove drawing {number} of {name}",
    "teach.train": "Train",
    "teach.augment": "Turn, shift, scale and slant each drawing a little while it is learned",
    "teach.undo": "Undo",
    "teach.save": "Save",
    "teach.open": "Open …",
    "teach.forget": "Forget all",
    "teach.file_too_large": "This file is too large: 5 megabytes at most.",
    "teach.named": "{name} is a class now: draw it, and press its name below the drawing.",
    "teach.dropped": "{name} is removed, with its drawings.",
    "teach.added": "Added to {name}.",
    "teach.taken_back": "Taken back from {name}.",
    "teach.removed": "A drawing of {name} is removed.",
    "teach.undone": "The last change is undone.",
    "teach.forgotten": "Your classes and drawings are forgotten.",
    "teach.training": "Learning …",
    "teach.waiting": "Waiting for a free place, some seconds …",
    "teach.still": "Something is being learned already: it takes only some seconds.",
    "teach.exam": "Exam: {right} of {count} right, {accuracy:percent}. Draw: it reads now.",
    "teach.files": "Take this network along",
    "teach.files_below": (
        "Below are the files of {name}: the .safetensors alone holds the weights and the names of "
        "the classes, the .pth needs its .json beside it. Runs opens them again by its upload."
    ),
    "teach.mistake": "{meant} was read as {taken}, {count} {count:|time|times}.",
    "teach.no_class": "There is no class {name}.",
    "teach.class_gone": "This class is gone.",
    "teach.no_drawing": "This drawing is gone.",
    "teach.class_there": "There is a class {name} already.",
    "teach.too_many": "There can be {most} classes at most.",
    "teach.full": "There is room for {most} drawings: remove some, or a class.",
    "teach.too_large": "These drawings are too large to be kept: remove some.",
    "hand.title": "Your hand",
    "hand.how": (
        "The network that reads goes on learning from your labelled digits, mixed into MNIST. "
        "What it was stays beside it."
    ),
    "hand.learn": "Learn my hand",
    "hand.back": "Back to what it was",
    "hand.report": (
        "{name} has learned your hand: of {count} {count:|digit|digits} that it was not shown it "
        "read {before} right before, and {after} now."
    ),
    "hand.forgotten": "MNIST: {before:percent} before, {after:percent} now.",
    "hand.no_mnist": (
        "MNIST is not on this machine: nothing of it was mixed in, and nobody can say what was "
        "forgotten."
    ),
    "hand.no_digits": "{name} does not read digits: choose another network for this.",
    "hand.in_training": "{name} is still in training.",
    # --- the pipeline -----------------------------------------------------------------------------
    "pipeline.intro": (
        "MNIST's digits were all made alike, and a network reads well only what looks like "
        "them. Leave a step out to see why it is there."
    ),
    "pipeline.drawing": "Your drawing",
    "pipeline.drawing_means": "The whole canvas, with the brush you see.",
    "pipeline.crop": "Crop",
    "pipeline.crop_means": "Cut the digit out: where it is, and how large, no longer matters.",
    "pipeline.after_crop": "After cropping",
    "pipeline.fit": "Fit to 20",
    "pipeline.fit_means": (
        "Scale its longer side to 20 of 28 pixels and keep its shape; or else squeeze it in."
    ),
    "pipeline.after_fit": "After scaling",
    "pipeline.pen": "One pen",
    "pipeline.pen_means": "Draw its lines anew, 2.3 pixels wide: about what MNIST's pens were.",
    "pipeline.after_pen": "After drawing it anew",
    "pipeline.center": "Centre",
    "pipeline.center_means": "Move it until its ink balances in the middle.",
    "pipeline.after_center": "After centring",
    "pipeline.normalize": "Normalise",
    "pipeline.normalize_means": (
        "Count from −1, paper, to 1, ink, as in training; or else from 0, shown grey."
    ),
    "pipeline.after_normalize": "After normalising",
    "pipeline.guess": "{digit}, {probability}",
    "pipeline.guess_not_sure": "{digit}, {probability}, not sure",
    "pipeline.without": "Without it: {guess}",
    "pipeline.with": "With it: {guess}",
    "pipeline.verdict": "{classifier} then reads {guess}.",
    "pipeline.expected": "A list of steps to leave out was expected.",
    # --- the guide --------------------------------------------------------------------------------
    "guide.name": "The article, step by step",
    "guide.article": "The article:",
    "guide.steps": "Steps of the article",
    "guide.step": "Step {page}",
    "guide.step_done": "{step}, done",
    "guide.open": "Guide",
    "guide.close": "Close",
    "guide.back": "Back",
    "guide.next": "Next",
    "guide.show": "Show me",
    "guide.place": "{page} of {count}",
    "guide.lines": "These lines of the program",
    "guide.title_1": "Import and seed",
    "guide.text_1": (
        "A few imports, then one number: the seed. Every random draw follows from it, the first "
        "weights as well as the order of the images."
    ),
    "guide.why_1": (
        "Without it no two runs would be alike, and you could not tell a better idea from luck."
    ),
    "guide.do_1": "Change the seed, open Code, and find the line that has changed.",
    "guide.title_2": "Data",
    "guide.text_2": (
        "MNIST has 70,000 grey images of 28×28 pixels: 60,000 to learn from, 10,000 to test with. "
        "ToTensor makes each pixel 0 to 1, Normalize makes it −1 to 1, and the loader hands the "
        "images out in shuffled batches."
    ),
    "guide.why_2": (
        "Small numbers around 0 are easier to learn from, and an order that changes cannot be "
        "learned by heart."
    ),
    "guide.do_2": "Draw a digit: beside the answer is what the network gets, 28×28 pixels.",
    "guide.title_3": "The network",
    "guide.text_3": (
        "The image becomes a row of 784 numbers. A layer of 128 neurons weighs them, ReLU keeps "
        "what is above 0, and a second layer makes ten scores of it, one for each digit."
    ),
    "guide.why_3": (
        "Two layers without ReLU between them would be no more than one: only its bend lets "
        "borders be curved."
    ),
    "guide.do_3": "Open Inside, and press a neuron: its weights are a picture.",
    "guide.run_3": "{network}: {parameters} parameters, all of them learned.",
    "guide.title_4": "Loss and optimiser",
    "guide.text_4": (
        "Cross-entropy says how much the right answer surprises the network: 2.30 if it guesses "
        "among ten digits, 0 if it was certain. Adam makes a step for each weight of its gradient."
    ),
    "guide.why_4": (
        "The learning rate is the length of the steps: too short, and it takes for ever; too long, "
        "and the loss explodes."
    ),
    "guide.do_4": "Press Train and watch the loss fall, or take a whole step yourself in One step.",
    "guide.run_4": "In sight: {optimizer} with the learning rate {rate}.",
    "guide.run_4_loss": (
        "In sight: {optimizer} with the learning rate {rate}. The loss was {first} in the first "
        "epoch, and is {last} now."
    ),
    "guide.title_5": "Training",
    "guide.text_5": (
        "For each batch: clear the gradients, let the network guess, compute the loss, send it "
        "back through the layers, take a step. An epoch is once through all images."
    ),
    "guide.why_5": (
        "zero_grad comes first, since PyTorch adds gradients up: without it each step would follow "
        "the earlier batches as well."
    ),
    "guide.do_5": "Let a run come to its end.",
    "guide.run_5": (
        "Here an epoch is {steps} steps of {batch} images; {done} of {epochs} epochs are done."
    ),
    "guide.title_6": "Evaluation",
    "guide.text_6": (
        "Only images that it has never seen tell what a network has understood. model.eval() "
        "switches dropout off, and torch.no_grad() leaves the gradients out."
    ),
    "guide.why_6": (
        "A network can learn its images by heart. Then training accuracy rises, test accuracy does "
        "not: that gap is overfitting."
    ),
    "guide.do_6": "Open the article's output, or look at what is misread in Mistakes.",
    "guide.run_6": (
        "This run reads {accuracy} of the test images right, so {wrong} of 10,000 wrong; of those "
        "that it learned from it reads {trained}."
    ),
    "guide.title_7": "Saving and loading",
    "guide.text_7": (
        "A state_dict holds the weights by their names, and no code. torch.save writes it. To load "
        "it, build the same network, call load_state_dict, then eval()."
    ),
    "guide.why_7": (
        "Weights alone outlive changes of your program, and can be read without trusting whoever "
        "wrote the file."
    ),
    "guide.do_7": "Save the weights of a run. The tab Runs takes them back.",
    "guide.title_8": "The article's advice",
    "guide.text_8": (
        "Dropout, augmentation, a schedule, another batch size: each is said to help. A card tries "
        "one of them against the same run without it."
    ),
    "guide.why_8": (
        "A difference that another seed would make as well is none. So a verdict needs more than "
        "one seed."
    ),
    "guide.do_8": "Choose a card, and press Try it.",
    "guide.title_9": "What comes next",
    "guide.text_9": (
        "A convolutional network looks at neighbourhoods rather than at single pixels, and "
        "misreads far fewer digits. After it come harder data, such as Fashion-MNIST or CIFAR-10."
    ),
    "guide.why_9": (
        "What you have seen stays: data, network, loss, loop, test. Only the parts grow."
    ),
    "guide.do_9": "Compare your runs in the tab Runs, and take one home as a notebook.",
    # --- the address ------------------------------------------------------------------------------
    "address.ignored": "What this address asks for is not all to be had; left out: {names}.",
    # --- what is taken along ----------------------------------------------------------------------
    "share.title": "To take along",
    "share.link": "Copy link",
    "share.copied": "Copied.",
    "share.svg": "Curves as SVG",
    "share.png": "Curves as PNG",
    "share.drawing": "Drawing as PNG",
    "share.seen": "What the network sees as PNG",
    # --- programs in the page ---------------------------------------------------------------------
    "listing.program": "The program",
    "listing.copy": "Copy",
    "listing.copied": "Copied",
    "listing.notebook": "Notebook",
    "listing.download": "Program (.py)",
    "listing.of_settings": "Code for this run",
    "listing.of_run": "Code for {run}: its settings as a PyTorch program of its own",
    # --- inside a network -------------------------------------------------------------------------
    "inside.views": "Look closer",
    "inside.input": "Input",
    "inside.inside": "Inside",
    "inside.why": "Why",
    "inside.blank": "The paper is blank: draw a digit, and this follows your pen.",
    "inside.none": "There is no network to look into.",
    "inside.in_colour": (
        "{name} reads images in colour: these views show networks that read images in grey."
    ),
    "inside.by": "{network} has learned {total} numbers: {parts}",
    "inside.image": "The image, 28 by 28 pixels",
    "inside.neurons": "{source} → ReLU: {on} of {all} neurons on",
    "inside.neurons_dead": "{source} → ReLU: {on} of {all} neurons on, {dead} never",
    "inside.neurons_curved": "{source} → {activation}: {all} neurons, never off",
    "inside.neurons_linear": "{source}: {all} neurons, no activation function",
    "inside.maps": "{source} → ReLU: {on} of {all} feature maps on",
    "inside.maps_dead": "{source} → ReLU: {on} of {all} feature maps on, {dead} never",
    "inside.legend": "Hollow: off for this image. Crossed: off for all test images.",
    "inside.legend_signed": "Blue: above zero. Red: below zero.",
    "inside.kernels": "{source}: {all} kernels",
    "inside.scores": "Scores and softmax",
    "inside.score_button": "Score of {digit}: {score}, {share}",
    "inside.hint": "Press a neuron or a score: where does its number come from?",
    "inside.hint_maps": (
        "Press a map's pixel, a neuron or a score: where does its number come from?"
    ),
    "inside.neuron": "Neuron {unit} of {source}",
    "inside.weights": "what it looks for",
    "inside.ink_there": "your ink",
    "inside.product": "their product",
    "inside.sum": "{ink} ink {paper} paper {bias} bias = {sum}",
    "inside.activation": "→ {function} → {activation}",
    "inside.shares": "It adds to the scores:",
    "inside.score": "The score of {digit} is {score}",
    "inside.score_sum": "{neurons} these neurons {others} all others {bias} bias = {sum}",
    "inside.tile": "neuron {unit}",
    "inside.tile_hint": "Neuron {unit} adds {share}",
    "inside.pixel": "Row {row}, column {column} of map {unit} of {source}",
    "inside.patch": "the patch",
    "inside.kernel": "the kernel",
    "inside.pixel_sum": "sum {sum} → normalised {normalized} → ReLU → {activation}",
    "inside.rather": "rather than",
    "inside.digit": "Digit to be explained",
    "inside.against": "Digit it is compared with",
    "inside.for": "for {digit}",
    "inside.for_other": "for {against}",
    "inside.ink": "Ink",
    "inside.paper": "Bare paper",
    "inside.biases": "Biases",
    "inside.total": "Score of {digit} less that of {against}",
    "inside.rub": "Rub out a part of the drawing and see what the network says then.",
    "inside.rubbed": "Rubbed out: {before} has become {after}. It now reads {digit}, {share}.",
    "inside.restore": "Put it back",
    "inside.strokes": "Strokes to take away",
    "inside.stroke": "without stroke {number}",
    "inside.path": "Follow the ink from blank paper on",
    "inside.path_sum": (
        "This ink adds up to {sum}: from blank paper on, the difference rose by {change}."
    ),
    "inside.curved": (
        "{activation} bends: what it gives is shared out among the pixels as they add to the sum "
        "before it. For this image the parts add up exactly."
    ),
    "inside.alike": "To its last hidden layer, these test images are most alike",
    "inside.no_digits": (
        "Images most alike are looked for among a data set's, not for classes of your own."
    ),
    "inside.no_data": (
        "The test images come with the first training; then the most alike are shown here."
    ),
    "inside.table": "The numbers as a table",
    "inside.table_of": "Of what?",
    "inside.table_scores": "Scores and neurons",
    "inside.table_kernel": "{source}: kernel {unit}",
    "inside.table_map": "{source} → ReLU: map {unit}",
    "inside.table_alike": "Test image {number}, a {label}",
    "inside.table_unit": "Neuron",
    "inside.table_activation": "Activation",
    "inside.table_share": "Adds to the score of {digit}",
    "inside.table_score": "Score",
    "inside.table_probability": "Softmax",
    "inside.table_digit": "Digit",
    "inside.table_row": "Row",
    "inside.table_ink": "What the ink of each pixel says",
    "inside.example": "A scribble that is no digit",
    "inside.example_back": "Back to your drawing",
    "inside.example_note": "{first}: {first_digit}, {first_share}. {second}: {second_says}",
    "inside.example_unsure": "not sure, perhaps {digit}, {share}.",
    "inside.example_sure": "{digit}, {share}.",
    "inside.expected": "A question about the network was expected.",
    "inside.image_expected": "An image of {side}×{side} bytes was expected.",
    # --- the Train tab ----------------------------------------------------------------------------
    "train.start": "Train",
    "train.stop": "Stop",
    "train.more_epochs": "+{epochs} epochs",
    "train.retry": "Train again with {rate}",
    "train.curves": "Curves",
    "train.article": "Article's output",
    "train.code": "Code",
    "train.weights": "Weights (.pth)",
    "train.safetensors": "Weights (.safetensors)",
    "train.metadata": "Metadata (.json)",
    "train.still": "Your network is still training; stop it first.",
    "train.drawing": "Your drawing, epoch by epoch: {digits} ({sureness})",
    "train.lines": "What the article's code prints",
    # --- learning, seen ---------------------------------------------------------------------------
    "batch.title": "What it learns from: the first batch",
    "batch.all": (
        "The first {shown} of {total} training images, as seed {seed} shuffles them, and the label "
        "of each: one step of the loop learns from such a batch."
    ),
    "batch.some": (
        "{shown} of the {size} images of the first batch, as seed {seed} shuffles the {total} "
        "training images, and the label of each: one step of the loop learns from such a batch."
    ),
    "batch.shapes": (
        "images: [{size}, 1, {rows}, {columns}] = images, grey channel, rows, columns · "
        "labels: [{size}]"
    ),
    "batch.shapes_in_colour": (
        "images: [{size}, 3, {rows}, {columns}] = images, red, green and blue, rows, columns · "
        "labels: [{size}]"
    ),
    "batch.labels": "Images of these digits: {labels}",
    "batch.labels_named": "Images of these classes: {labels}",
    "batch.none": "The images are shown once {title} is here: the first training fetches it.",
    "curves.loss": "Loss",
    "curves.of_batches": "each batch",
    "curves.guessing": "guessing: ln {classes} = {loss}",
    "curves.loss_chart": "Loss of the run; arrow keys go from epoch to epoch",
    "curves.accuracy_chart": "Accuracy of the run; arrow keys go from epoch to epoch",
    "curves.hint": "Point at a curve, or go along it with the arrow keys: its values stand here.",
    "curves.at_epoch": (
        "Epoch {epoch}: loss {train_loss} in training, {test_loss} on the test images; accuracy "
        "{test} on the test images, {training} on training images."
    ),
    "curves.at_first": "The first batch, before any step: loss {loss}.",
    "curves.at_batch": "Batch {batch}: loss {loss}.",
    "curves.at_batches": (
        "Around batch {batch}: loss {loss}, the mean of {count} batches ({low} to {high})."
    ),
    "curves.broken": "From batch {batch} on the loss is no longer a number: nothing can be drawn.",
    "one_step.title": "One step of the loop, by hand",
    "one_step.tab": "One step",
    "one_step.intro": (
        "One pass of the article's loop with these settings, line by line: what training does "
        "hundreds of times in each epoch."
    ),
    "one_step.begin": "First line",
    "one_step.next_line": "Next line",
    "one_step.next_step": "Next step",
    "one_step.whole": "Whole step",
    "one_step.again": "From the beginning",
    "one_step.loop": "The loop of the program",
    "one_step.losses": "Loss, step by step: {losses}",
    "one_step.over": "These were {count} steps by hand. Train takes all the others.",
    "one_step.large_batch": (
        "By hand a batch may hold up to {most} images; in these settings it holds {size:,}."
    ),
    "one_step.no_such": "By hand there are steps 1 to {most}.",
    "one_step.no_data": "A step needs images: the first training fetches {title}.",
    "one_step.batch": (
        "Batch {number} of {steps}: {size} images, [{shape}], and their labels, "
        "[{size}]. The first image is {digit}."
    ),
    "one_step.zero_first": (
        "The gradients of the step before are thrown away, or they would add up. Here is none yet: "
        "{weight}.grad is None."
    ),
    "one_step.zero": (
        "The gradients of the step before are thrown away, or they would add up: {weight}.grad was "
        "{left}, now it is None."
    ),
    "one_step.forward_named": (
        "Forward: {classes} scores for each image, [{size}, {classes}]. Of the first one, {digit}: "
        "{scores}. The highest score is the right class's in {right} of the {size} images."
    ),
    "one_step.forward": (
        "Forward: ten scores for each image, [{size}, 10]. Of the first one, {digit}: {scores}. "
        "The highest score is the right digit's in {right} of the {size} images."
    ),
    "one_step.loss": (
        "How wrong is that? To its own digit the first image gives the probability {probability}: "
        "its loss is −ln of that. The mean over all {size} is the loss: {loss}."
    ),
    "one_step.backward": (
        "For each of the {parameters} weights and biases: how the loss grows with it. "
        "{weight}.grad = {gradient}."
    ),
    "one_step.step": (
        "{optimizer} moves each of them against its gradient: {weight} goes from {before} to "
        "{after}. The loss of this very batch goes from {loss} to {loss_after}."
    ),
    "scrubber.moment": "Epoch 0 … {epochs}",
    "scrubber.weights": "Weights of the first layer",
    "scrubber.confusion": "Read as (rows: what it is)",
    "scrubber.drawing": "Your drawing",
    "scrubber.beginning": "Epoch 0, random weights: {accuracy} read right.",
    "scrubber.within": "After {images} images: {accuracy} read right.",
    "scrubber.epoch": "Epoch {epoch}, after {images} images: {accuracy} read right.",
    "scrubber.tiles": "Weights of {count} neurons or kernels",
    "scrubber.signs": "Blue: above zero, red: below; full colour from {top}",
    "scrubber.from": "As it was after {images} images.",
    "scrubber.no_weights": "What it was then is no longer kept.",
    "scrubber.no_drawing": "Draw a digit in the Draw tab, and come back.",
    "scrubber.no_picture": "Have a picture read in the Draw tab, and come back.",
    "scrubber.tested": "Of {count} test images",
    "scrubber.reads": "It would have said {digit} ({probability}).",
    # --- the settings form ------------------------------------------------------------------------
    "form.dataset": "Data set",
    "form.dataset_fashion_mnist": "Ten kinds of clothes, 28×28 pixels: MNIST's form, but harder.",
    "form.dataset_kmnist": "Ten letters from old Japanese books, 28×28 pixels.",
    "form.dataset_cifar10": "Ten kinds of things and animals in colour, 32×32 pixels.",
    "form.dataset_to_fetch": "{about} The first training downloads it: {megabytes} MB.",
    "pictures.bring": "Your pictures (.zip)",
    "pictures.how": "A zip file with a folder a class, such as cats/ and dogs/: bring it below.",
    "pictures.chosen": "Your pictures: {names}.",
    "pictures.none": "There are no pictures of yours here: bring a zip file first.",
    "pictures.of_class": "{name}: {train:,} to learn from, {test:,} for the test",
    "pictures.strip": "Some of your pictures, as the network sees them",
    "pictures.skipped": "{count:,} {count:|file was|files were} left out:",
    "pictures.busy": "Other pictures are being read: try again in a minute.",
    "pictures.under_way": "Other pictures can be brought when your training is over.",
    "form.network": "Network",
    "form.network_choice": "{title}: {parameters} parameters",
    "form.batch_size": "Batch size: images per step",
    "form.epochs": "Epochs",
    "form.epochs_info": "Passes over all the images",
    "form.learning_rate": "Learning rate",
    "form.learning_rate_info": "Size of each step",
    "form.seed": "Seed",
    "form.seed_info": "Where chance begins: same seed, same run",
    "form.recipe": "These are the article's settings.",
    "form.change": "Other than the article's recipe: {change}.",
    "form.reset": "Reset to the recipe",
    "form.more": "More settings",
    "form.schedule": "Learning rate over time",
    "form.schedule_none": "Constant",
    "form.schedule_step": "Halved every {epochs} epochs (StepLR)",
    "form.schedule_one_cycle": "Up to it and down again (one-cycle)",
    "form.optimizer": "Optimiser",
    "form.dropout_info": "The share of neurons switched off in each step",
    "form.width": "Hidden neurons",
    "form.width_info": "{low} to {high}; a second hidden layer has half as many",
    "form.activation": "Activation",
    "form.activation_none": "none",
    "form.images": "Training images",
    "form.images_info": "100 to 60,000: few are soon known by heart",
    "form.wrong_labels": "Wrong labels",
    "form.wrong_labels_info": "The share of training images with a wrong label",
    "form.flatten": "Flatten the images",
    "form.flatten_info": "Without it, PyTorch stops with the usual first error: try SimpleNN so",
    "form.augmentation": "Augmentation",
    "form.augmentation_none": "None: the images as they are",
    "form.augmentation_affine": "Small turns, shifts and slants",
    "form.augmentation_handwriting": "Other people's handwriting, and some non-digits",
    "form.augmentation_mirror": "Mirrored and shifted, as photographs may be",
    "form.preview": "Above: training images. Below: what the network is shown in their place.",
    "form.no_preview": "Examples are shown once {title} is here: the first training fetches it.",
    # --- number fields ---------------------------------------------------------------------------
    "field.whole": "A whole number from {least} to {most}.",
    "field.above": "A number above {least}, at most {most}.",
    "field.from_to": "A number from {least} to {most}.",
    # --- a run in words ---------------------------------------------------------------------------
    "run.epoch_over": "Epoch {epoch} is over.",
    "run.name": "Run {number}",
    "run.upload_name": "Upload {number}",
    "run.title": "{name} · {change}",
    "run.recipe": "the recipe",
    "run.nothing_yet": "Press Train: a network with random weights starts to learn.",
    "run.next": "Its turn is about to come.",
    "run.queued": "{place:ordinal} in the queue: its turn comes in {wait}.",
    "run.paused": "Paused: its turn comes again.",
    "run.downloading": "Downloading {title}, once: {part} of {megabytes} MB.",
    "run.loading": "Loading the 70,000 images into memory.",
    "run.awaiting_gpu": "Waiting for a GPU.",
    "run.epoch_begun": "Epoch {epoch}: batch {step} of {steps}.",
    "run.finished": "Finished. Your network can read in the Draw tab.",
    "run.stopped": "Stopped. What it has learned so far can read in the Draw tab.",
    "run.stopped_early": "Stopped before it learned anything.",
    "run.uploaded": "Uploaded: it can read, but not train on.",
    "run.error_no_memory": (
        "There is not enough memory for this run. Try a smaller batch size, or try again later."
    ),
    "run.error_worker_lost": (
        "The system has ended this training, perhaps for want of memory. Try a smaller batch "
        "size, or try again later."
    ),
    "run.error_unexpected": (
        "The training failed for a reason that only the server's log tells. Try again."
    ),
    "run.cpu_quota_spent": "On the CPU: the GPU quota is used up.",
    "run.cpu_none_free": "On the CPU: no GPU was to be had.",
    "run.cpu_taken_back": "On the CPU: the GPU was taken back.",
    "run.cpu_no_answer": "On the CPU: the GPU did not answer.",
    "run.cpu_given_back": "On the CPU: the GPU was given back in the pause.",
    "run.few_seconds": "a few seconds",
    "run.about_seconds": "about {seconds} s",
    "run.about_minute": "about a minute",
    "run.about_minutes": "about {minutes} minutes",
    "run.seconds_left": "about {seconds} s left",
    "run.minutes_left": "about {minutes} minutes left",
    "run.says_begun": "Training begins: {title}.",
    "run.says_result": "{message} Test accuracy {accuracy}, training loss {loss}.",
    "run.panel": "The run",
    "run.epoch_progress": "Progress of this epoch",
    "run.epochs_done": "{done} of {epochs}",
    "run.on_training_images": "training {figure}",
    "run.on_test_images": "test {figure}",
    "run.test_accuracy": "Test accuracy",
    "run.train_accuracy": "Training accuracy",
    "run.train_accuracy_short": "Training acc.",
    "run.train_loss": "Training loss",
    "run.test_loss": "Test loss",
    "run.gap": "Gap",
    "run.gap_meaning": (
        "Gap: by how many points training accuracy lies above test accuracy. A wide one is "
        "overfitting: the network knows its training images by heart."
    ),
    "run.epochs": "Epochs",
    "run.seconds": "Seconds",
    "run.parameters": "Parameters",
    # --- the Mistakes tab -------------------------------------------------------------------------
    "misread.network": "Network",
    "misread.against": "compared with",
    "misread.nobody": "none",
    "misread.reading": "{network} reads the test images …",
    "misread.headline": (
        "{network} misreads {count} of {images} test images: {accuracy} are right."
    ),
    "misread.gone": "This network is gone: choose another one.",
    "misread.not_here": "The test images of this network are not here.",
    "misread.no_data": (
        "The test images come with the first training; then the mistakes are shown here."
    ),
    "misread.views": "What to look at",
    "misread.matrix": "Mix-ups",
    "misread.quiz": "Your turn",
    "misread.sureness": "How sure",
    "misread.map": "Map",
    "misread.confusion": (
        "Rows: what the image is. Columns: what is read. Press a number to see its images."
    ),
    "misread.confusion_named": (
        "Rows: what the image shows. Columns: what is read. Press a number to see its images."
    ),
    "misread.all": "all",
    "misread.right_share": "right",
    "misread.cell": "{label} read as {digit}: {count}, {share} of all images of {label}",
    "misread.cell_right": "{label} read right: {count}, {share} of all images of {label}",
    "misread.row": "{label} read as something else: {count}",
    "misread.row_share": "{label} read as something else: {count} of {all}",
    "misread.column": "Something else read as {digit}: {count}",
    "misread.all_title": "All that are misread: {count}",
    "misread.scale": "0 to {top} mistakes. What is right has no colour.",
    "misread.per_cent": "per cent of the row",
    "misread.list": "As a list:",
    "misread.most_frequent": "the most frequent",
    "misread.press": "The surest first. Press one: it goes into the Draw tab.",
    "misread.more": "{count} more",
    "misread.tile": (
        "Test image {place}: {label}, read as {digit}, {confidence}. Press to put it into Draw."
    ),
    "misread.gained": "{network} reads {count} right that {other} does not",
    "misread.lost": "{other} reads {count} right that {network} does not",
    "misread.both": "Both read {both} right, and none of them {none}.",
    "misread.compared_note": (
        "What {other} reads → what {network} reads. The surest mistakes first. "
        "Press one: it goes into the Draw tab."
    ),
    "misread.quiz_intro": "The network misreads every one of these. What would you say?",
    "misread.quiz_intro_named": (
        "The network misreads every one of these. What do you say it shows?"
    ),
    "misread.quiz_image_named": "A test image",
    "misread.quiz_question_named": "What does it show?",
    "misread.quiz_image": "An image of a handwritten digit, 28 by 28 pixels",
    "misread.quiz_question": "What would you say?",
    "misread.told_right": ("Yes: the label says {label}. The network reads {digit}, {confidence}."),
    "misread.told_wrong": (
        "You say {guess}, the label says {label}. The network reads {digit}, {confidence}."
    ),
    "misread.next": "Next",
    "misread.see_why": "Why does it read that?",
    "misread.tally": (
        "You and the label agree on {right} of {answered}; {total} are misread in all."
    ),
    "misread.per_digit": "Accuracy per digit",
    "misread.digit": "Digit",
    "misread.per_class": "Accuracy per class",
    "misread.class": "Class",
    "misread.images": "Images",
    "misread.right": "Right",
    "misread.accuracy": "Accuracy",
    "misread.calibration": "Is it right as often as it says?",
    "misread.error": (
        "What it says and what comes true are {error} points apart on average "
        "(expected calibration error)."
    ),
    "misread.calibration_means": (
        "Bars: how many are right among the images of which it is about that sure, from 0% to "
        "100%. Lines: how sure it says it is. A bar below its line: too sure of itself."
    ),
    "misread.said": "Sure of it",
    "misread.mean_said": "It says",
    "misread.was_right": "It is right",
    "misread.map_title": "Map of the hidden layer, with a brush",
    "misread.map_note": (
        "{count} test images where the last hidden layer puts them, on the two straight axes that "
        "tell most: {first} and {second} of all differences, {both} together. Framed: misread."
    ),
    "misread.map_help": (
        "Drag over a part to see its images. By keyboard: arrow keys move the brush, + and − make "
        "it larger and smaller."
    ),
    "misread.map_drawing": "Your drawing is among them, in its own frame; it is read as {digit}.",
    "misread.map_no_drawing": "Draw a digit in the Draw tab, and it has its place here, too.",
    "misread.map_picture": (
        "The picture in the Draw tab is among them, in its own frame; it is read as {digit}."
    ),
    "misread.map_no_picture": (
        "Have a picture read in the Draw tab, and it has its place here, too."
    ),
    "misread.brushed": "{count} {count:|image|images} in the brush, {wrong} misread",
    "misread.first_axis": "First axis, mean",
    "misread.second_axis": "Second axis, mean",
    "misread.misread": "Misread",
    # --- the Experiments tab ----------------------------------------------------------------------
    "cards.mistakes": "Compare their mistakes",
    "cards.fetches": "The first run downloads {title}: {megabytes} MB.",
    "cards.intro": (
        "Two networks train with the same seed, one by the recipe, one with the article's change: "
        "what differs is what it does."
    ),
    "cards.meaning": (
        "The recipe is the article's own settings. The baseline trains without the change, the "
        "variant with it. The seed is where chance begins, for the first weights and the order "
        "of the images: another seed alone changes the result a little."
    ),
    "cards.article": "The article",
    "cards.expectation": "What to expect",
    "cards.change": "What changes",
    "cards.against": "against",
    "cards.try": "Try it",
    "cards.retry": "Retry with {rate}",
    "cards.more_seeds": "Run {count} more {count:|seed|seeds}",
    "cards.seed_says": "Seed {seed}: {message}",
    "cards.baseline": "Baseline",
    "cards.variant": "Variant",
    "cards.baseline_meaning": "Trains without the change",
    "cards.variant_meaning": "Trains with the change",
    "cards.baseline_progress": "Progress of the baseline",
    "cards.variant_progress": "Progress of the variant",
    "cards.difference": "The variant's test accuracy less the baseline's, in points",
    "cards.running": "running",
    "cards.shown": "shown",
    "cards.diverged": "diverged",
    "cards.stopped": "stopped",
    "cards.two_to_train": (
        "Trains two networks for {epochs} {epochs:|epoch|epochs} each, in {time}."
    ),
    "cards.one_to_train": (
        "Trains one network for {epochs} {epochs:|epoch|epochs}, in {time}; "
        "the baseline is there already: {name}."
    ),
    "cards.over_in": "Over in {time}.",
    "cards.takes": "Takes {time}.",
    "cards.reused": "The baseline is not trained again: {runs} {count:|is|are} reused.",
    "cards.limit": "At most {most} of your networks can be under way at once.",
    # --- the Runs tab -----------------------------------------------------------------------------
    "runs.mistakes": "Its mistakes",
    "runs.compare": "Compare its mistakes with those of",
    "runs.other": "The other run",
    "runs.empty": (
        "Nothing here yet. Train a network or try an experiment, and it becomes a row of this "
        "table."
    ),
    "runs.run": "Run",
    "runs.differs": "Differs from the recipe",
    "runs.recipe_meaning": (
        "The recipe is the article's: one hidden layer of 128 neurons, Adam, batches of 64, "
        "five epochs"
    ),
    "runs.best": "best",
    "runs.reads": "reads",
    "runs.progress": "Progress of the run",
    "runs.stopped_after": "stopped after {done} of {epochs} epochs",
    "runs.uploaded": "uploaded",
    "runs.uploaded_alone": "uploaded without its metadata",
    "runs.activation_unknown": "uploaded without its metadata: its activation is taken for ReLU",
    "runs.dataset_unknown": "its file does not say which data set it has learned",
    "runs.learned": "It has learned",
    "runs.tell": "Yes, that one",
    "runs.of_data_set": "{name} · {title}",
    "runs.overlay": "Draw the curves of {name}",
    "runs.read": "Let it read drawings",
    "runs.read_pictures": "Let it read pictures",
    "runs.train_on": "Train on",
    "runs.more_epochs": "more epochs",
    "runs.open": "Code and files",
    "runs.delete": "Delete",
    "runs.really": "Delete {name} for good?",
    "runs.keep": "Keep",
    "runs.kept": "The newest {most} runs are kept.",
    "runs.evicted": "{names} had to make room.",
    "runs.upload": "Upload a checkpoint (.pth, .pt or .safetensors; and its .json) …",
    "runs.one_file": (
        "Choose one file of weights (.pth, .pt or .safetensors) and, if you have it, the .json "
        "that was downloaded with it."
    ),
    "runs.point": "Point at a curve, or move along the epochs: the values of every run stand here.",
    "runs.at_epoch": "Epoch {epoch}. {values}",
    "runs.values": "{name}: training loss {loss}, test accuracy {accuracy}",
    "runs.curves_losses": "{name}: training loss {losses} after the last epoch",
    "runs.curves_diverged": (
        "{name}: diverged after {epochs:.2g} epochs, its loss {loss:.3g} by then"
    ),
    "runs.curves_accuracies": "{name}: test accuracy {test} after the last epoch",
    "runs.curves_both_accuracies": (
        "{name}: test accuracy {test}, training accuracy {training} after the last epoch"
    ),
    "runs.curves_separator": "; ",
    # --- sessions and files -----------------------------------------------------------------------
    "files.no_folder": (
        "No folder can be made: let the variable GRADIO_TEMP_DIR name a place for it."
    ),
    "session.no_room": (
        "So many people are here that no more networks can be trained just now. You can draw "
        "all the same; to train, try again a little later."
    ),
    "session.lost": (
        "What you had trained, uploaded or counted is gone: the server has begun anew, or "
        "nobody of yours was here for a while. What this browser has kept is offered in Draw and "
        "in Runs."
    ),
    "session.not_open": (
        "This page has not found its session yet: try again in a moment, or reload it."
    ),
    "session.ended": "This session has ended: reload the page to begin a new one.",
    "session.too_many": (
        "At most {most} of your networks can be under way at once, and {under_way} "
        "{under_way:|is|are}: let some end first."
    ),
    "session.dataset_misfit": "{title} has other images or classes than this network.",
    "session.run_gone": "This run is gone.",
    "files.no_download": (
        "The server cannot write files just now, so the network cannot be downloaded."
    ),
    "files.no_data_set": (
        "No data set here has images of {shape} pixels in {classes} classes: nobody can say what "
        "this network reads. If it was downloaded here, its .json says it: upload both."
    ),
    "files.gone": "The file is gone already: upload it again.",
    "classifier.taught": "Your network",
    "classifier.hand": "{name}, your hand",
    "classifier.exam": "exam: {right} of {count} right",
    "classifier.missing": "cannot be loaded: {file} is missing",
    "classifier.unreadable": "cannot be loaded: {file} cannot be read",
    "classifier.damaged": "cannot be loaded: {file} is damaged",
    "classifier.no_metadata": "{file} is missing or damaged, so nobody knows how sure it may be",
    # --- jobs -------------------------------------------------------------------------------------
    "jobs.full": "Too many networks wait for their training. Try again later.",
    "jobs.short_lost": "The process that learned has ended. Press the button again.",
    "jobs.short_no_room": "The server has no memory for it just now. Try again a little later.",
    "jobs.short_failed": "Something went wrong, and nothing was learned. Try again.",
    "jobs.cannot_train_on": "This run cannot train on: its optimiser is gone. Start a new one.",
    # --- endpoints and limits ---------------------------------------------------------------------
    "server.no_upload": "Send the file itself, neither its path nor its address: upload it first.",
    "server.wrong": "That is not what is expected here: see how it is called, or reload the page.",
    "server.no_room": "The server has no room for more files just now. Try again in some minutes.",
    "server.full": "The server has too much to do just now. Try again in a moment.",
    "server.too_many_calls": "Too many calls of your network wait already. Try again in a moment.",
    "server.too_many_requests": "Too many requests come from your network. Try again in a moment.",
    "server.no_addresses": "Send the file itself, not its address.",
    "server.too_much": (
        "That holds too much: 300 kilobytes and 50,000 values at most, beside texts."
    ),
    "server.too_busy": "The server is receiving too much at once. Try again in a minute.",
    "server.no_page": "A session_hash is up to 64 letters, digits, hyphens and underscores.",
    "server.not_whole": "It has not come whole.",
    "server.too_many_files": "Those are too many files: {most} at once at most.",
    "server.taken": "Too much has come from your network already. Try again in some minutes.",
    "server.too_large": "That is too large: {most} megabytes at most.",
    "server.too_slow": "That took too long to come.",
    "server.no_file": "An image file was expected.",
    "server.not_pixels": "28 rows of 28 whole numbers from 0 to 255 were expected.",
    "server.not_a_digit": "A digit is a whole number from 0 to 9.",
    "server.not_base64": "The content of the file was expected in base64.",
    "mcp.not_json": "This is not JSON.",
    "mcp.no_request": "This is not one request of JSON-RPC.",
    "mcp.id": "The id of a request is a number or a text.",
    "mcp.no_method": "There is no such method.",
    "mcp.no_tool": "The tools are: {tools}.",
    "mcp.arguments": "{place}: {problem}.",
    "server.blank": "There is no digit to read: it is blank.",
    "server.no_network": "No network that comes with the project can be loaded.",
    "server.foreign": "Send it from this app's own page.",
    "limits.setting": "{setting} must be from 1 to {most:,} on this server, not {value:,}.",
}
