// Digits to try, each as its strokes: by the hands of three people who wrote on a tablet, with fewer
// points. From "Pen-Based Recognition of Handwritten Digits" by E. Alpaydin and F. Alimoglu, in the
// UCI Machine Learning Repository (https://doi.org/10.24432/C5MG6K), CC BY 4.0.

const EXAMPLES = {
  4: [
    [[350, 150], [299, 530], [701, 504]],
    [[583, 282], [530, 850]],
  ],
  9: [
    [
      ...[[603, 359], [684, 234], [628, 150], [492, 181], [358, 312], [322, 457]],
      ...[[391, 529], [639, 328], [651, 404], [508, 747], [316, 850]],
    ],
  ],
  7: [[[239, 306], [253, 181], [761, 150], [536, 519], [469, 850]]],
};
