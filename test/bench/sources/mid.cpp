#include <map>
#include <string>
#include <vector>

#ifndef TURN
#define TURN 0
#endif
extern const int turn;
const int turn = TURN;

std::map<std::string, std::vector<int>> positions(const std::vector<std::string> &words)
{
	std::map<std::string, std::vector<int>> found;
	for (std::size_t i = 0; i < words.size(); i++)
		found[words[i]].push_back(static_cast<int>(i));
	return found;
}
